# The components of ESP-IDF 4.4 to 6.2 that a project may require by name, and the few of the
# component registry that Rota provides. Whether a function behind a name does something is said by
# docs/compatibility.md; the name alone must resolve.
set(ROTA_IDF_COMPONENT_NAMES
    app_trace app_update bootloader bootloader_support bt cjson cmock console cxx driver efuse
    esp-tls esp_adc esp_app_format esp_blockdev esp_bootloader_format esp_coex esp_common
    esp_driver_ana_cmpr esp_driver_bitscrambler esp_driver_cam esp_driver_dac esp_driver_dma
    esp_driver_gpio esp_driver_gptimer esp_driver_i2c esp_driver_i2s esp_driver_i3c
    esp_driver_isp esp_driver_jpeg esp_driver_ledc esp_driver_mcpwm esp_driver_parlio
    esp_driver_pcnt esp_driver_ppa esp_driver_rmt esp_driver_sd_intf esp_driver_sdio
    esp_driver_sdm esp_driver_sdmmc esp_driver_sdspi esp_driver_spi esp_driver_touch_sens
    esp_driver_tsens esp_driver_twai esp_driver_uart esp_driver_usb_serial_jtag esp_eth
    esp_event esp_gdbstub esp_hal_ana_conv esp_hal_cam esp_hal_clock esp_hal_dma esp_hal_emac
    esp_hal_gpio esp_hal_gpspi esp_hal_i2c esp_hal_i2s esp_hal_jpeg esp_hal_lcd esp_hal_ledc
    esp_hal_mcpwm esp_hal_mspi esp_hal_parlio esp_hal_pcnt esp_hal_pmu esp_hal_rmt
    esp_hal_rtc_timer esp_hal_security esp_hal_timg esp_hal_touch_sens esp_hal_twai esp_hal_uart
    esp_hal_usb esp_hal_wdt esp_hid esp_hosted esp_http_client esp_http_server esp_https_ota
    esp_https_server esp_hw_support esp_ipc esp_lcd esp_libc esp_local_ctrl esp_mm esp_netif
    esp_netif_stack esp_partition esp_phy esp_pm esp_psram esp_ringbuf esp_rom esp_security
    esp_serial_slave_link esp_stdio esp_system esp_tee esp_timer esp_trace
    esp_usb_cdc_rom_console esp_vfs_console esp_wifi esp_wifi_remote espcoredump esptool_py
    fatfs freertos hal heap http_parser idf_test ieee802154 json log lwip littlefs mbedtls mdns
    mqtt network_provisioning newlib nvs_flash nvs_sec_provider openthread partition_table
    perfmon protobuf-c protocol_examples_common protocomm pthread riscv rt sdmmc soc spi_flash
    spiffs tcp_transport tcpip_adapter touch_element ulp unity usb vfs wear_levelling
    wifi_provisioning wpa_supplicant xtensa)
