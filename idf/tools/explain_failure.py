#!/usr/bin/python3
"""Says what a failed compiler or linker run of a project was about: a header or function that Rota
does not offer, or one that the project has, but does not require.

explain_failure.py BUILD_DIR FILE_WITH_THE_TOOL'S_WORDS
"""

import difflib
import os
import re
import sys

IDF_PATH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INCLUDE = os.path.join(IDF_PATH, "include")

MISSING_HEADER = re.compile(r"^(.+?):(\d+):\d+: fatal error: (\S+): No such file", re.MULTILINE)
MISSING_NAME = re.compile(
    r"^(.+?):(\d+):\d+: error: (?:implicit declaration of function [‘'](\w+)[’']"
    r"|[‘'](\w+)[’'] (?:undeclared|was not declared)"
    r"|unknown type name [‘'](\w+)[’']|[‘'](\w+)[’'] does not name a type)", re.MULTILINE)
MISSING_SYMBOL = re.compile(r"undefined reference to [`‘']([^'’`]+)['’]")
OLD_CALL = re.compile(r"^(.+?):(\d+):\d+: (?:error|warning): passing argument 1 of [‘']esp_https_ota[’']",
                      re.MULTILINE)
NAMES_SHOWN = 8

# Names from before ESP-IDF v5 that no header has any more, with what took their place.
BEFORE_V5 = {"xTaskHandle": "TaskHandle_t", "xQueueHandle": "QueueHandle_t",
             "xSemaphoreHandle": "SemaphoreHandle_t", "xTimerHandle": "TimerHandle_t",
             "xQueueSetHandle": "QueueSetHandle_t", "pcTaskGetTaskName": "pcTaskGetName",
             "esp_event_loop_init": "esp_event_loop_create_default() and "
             "esp_event_handler_register()",
             "system_event_t": "a handler's arguments are (void*, esp_event_base_t, int32_t, void*)",
             "system_get_free_heap_size": "esp_get_free_heap_size", "ip4addr_ntoa":
             "esp_ip4addr_ntoa, or IPSTR with IP2STR() in a log line"}

# How headers of ESP-IDF begin.
OF_IDF = re.compile(r"^(esp_|driver/|freertos/|lwip/|mbedtls/|nvs|soc/|hal/|rom/|esp32\w*/|sdmmc|"
                    r"spi_flash|bootloader_|esp/|xtensa/|riscv/|wifi_provisioning/|mdns|mqtt_|"
                    r"network_provisioning/|protocomm|psa/|nimble/|host/|ping/|http_parser|cJSON)")
# Headers of the component registry, with the component that has them.
OF_REGISTRY = {"led_strip.h": "espressif/led_strip", "lvgl.h": "lvgl/lvgl",
               "iot_button.h": "espressif/button", "esp_encrypted_img.h":
               "espressif/esp_encrypted_img", "esp_delta_ota.h": "espressif/esp_delta_ota",
               "esp_websocket_client.h": "espressif/esp_websocket_client",
               "json_generator.h": "espressif/json_generator", "json_parser.h":
               "espressif/json_parser", "esp_lvgl_port.h": "espressif/esp_lvgl_port",
               "tinyusb.h": "espressif/esp_tinyusb", "esp_lcd_touch.h": "espressif/esp_lcd_touch"}


class Project:
    """What the build wrote down of the project: where its components lie."""

    def __init__(self, build):
        self.folders = []
        try:
            with open(os.path.join(build, "config", "components.txt"), encoding="utf-8") as file:
                self.folders = [line for line in file.read().splitlines() if line]
        except OSError:
            pass

    def component_with(self, header):
        """(component, FILE) of a component of the project that has a header."""
        for folder in self.folders:
            for place, _, names in os.walk(folder):
                if os.path.basename(header) in names:
                    path = os.path.join(place, os.path.basename(header))
                    if path.endswith(os.sep + header):
                        return os.path.basename(folder), path
        return None

    def own_component(self, source):
        inside = [folder for folder in self.folders if source.startswith(folder + os.sep)]
        return os.path.basename(max(inside, key=len)) if inside else "main"


def our_headers():
    found = {}
    for place, _, names in os.walk(INCLUDE):
        for name in names:
            path = os.path.join(place, name)
            with open(path, encoding="utf-8", errors="replace") as file:
                found[os.path.relpath(path, INCLUDE)] = file.read()
    return found


def header_advice(project, source, header):
    own = project.component_with(header)
    component = project.own_component(source)
    if own and own[0] != component:
        return ("it lies in the component '%s' (%s). Add REQUIRES %s to idf_component_register() of "
                "'%s', and its folder to INCLUDE_DIRS of '%s'."
                % (own[0], own[1], own[0], component, own[0]))
    if own:
        return ("it lies in %s. Add that folder to INCLUDE_DIRS of idf_component_register() of "
                "'%s'." % (own[1], component))
    stand_in = ("If this part need not run on the virtual board, put a stand-in with what is called "
                "into a component of the project: components/stand_ins/%s." % header)
    if header in OF_REGISTRY:
        return ("it belongs to the registry's component %s, which Rota does not have. Copy that "
                "component into components/ (a build with ESP-IDF leaves it in "
                "managed_components/). %s" % (OF_REGISTRY[header], stand_in))
    if OF_IDF.match(header):
        near = difflib.get_close_matches(header, sorted(our_headers()), 2, 0.75)
        return ("it is a header of ESP-IDF that Rota does not offer%s. %s lists what there is, "
                "docs/compatibility.md what a virtual board does not have. %s"
                % ("; like it there is %s" % " and ".join(near) if near else "", INCLUDE, stand_in))
    return ("neither the project's components nor Rota have it. Correct the name, or add the folder "
            "where it lies to INCLUDE_DIRS of '%s'." % component)


def declares(text, name):
    """Whether a header is the place of a name, and does not only use it."""
    return re.search(r"^\s*#\s*define\s+%s\b|\}\s*%s;|^typedef [^;{]*\b%s\b;|^\s+%s\s*[,=}]"
                     r"|^[\w\s*]+\b%s\(|^extern [^;]*\b%s\b"
                     % ((re.escape(name),) * 6), text, re.MULTILINE)


def name_advice(headers, name):
    if name in BEFORE_V5:
        return "ESP-IDF v5 took it away; in its place: %s" % BEFORE_V5[name]
    having = [header for header, text in sorted(headers.items()) if declares(text, name)]
    if having:
        return "include %s, which has it" % " or ".join('"%s"' % header for header in having[:2])
    near = difflib.get_close_matches(
        name, sorted({token for text in headers.values()
                      for token in re.findall(r"\b[a-zA-Z]\w{5,}\b", text)}), 2, 0.8)
    return ("Rota does not have it%s. docs/compatibility.md lists what a virtual board does not "
            "have; a stand-in may go into components/"
            % ("; like it there is %s" % " and ".join(near) if near else ""))


def explanations(project, said):
    lines = []
    for source, line, header in dict.fromkeys(MISSING_HEADER.findall(said)):
        lines.append("%s:%s: %s is missing: %s"
                     % (source, line, header, header_advice(project, source, header)))
    names = {}
    for source, line, *groups in MISSING_NAME.findall(said):
        name = next(group for group in groups if group)
        names.setdefault(name, "%s:%s" % (source, line))
    symbols = list(dict.fromkeys(MISSING_SYMBOL.findall(said)))
    headers = our_headers() if names or symbols else {}
    of_idf = {name: place for name, place in names.items()
              if name in BEFORE_V5 or OF_IDF.match(name.lower())
              or re.match(r"[a-z]*[A-Z]|httpd_|gpio_|uart_|BIT", name)
              or "_" in name and any(declares(text, name) for text in headers.values())}
    for name, place in list(of_idf.items())[:NAMES_SHOWN]:
        lines.append("%s: %s is not declared: %s." % (place, name, name_advice(headers, name)))
    if len(of_idf) > NAMES_SHOWN:
        lines.append("%d more names are not declared." % (len(of_idf) - NAMES_SHOWN))
    for source, line in OLD_CALL.findall(said):
        lines.append("%s:%s: since ESP-IDF v5 esp_https_ota() takes an esp_https_ota_config_t: "
                     "esp_https_ota_config_t ota = {.http_config = &config}; esp_https_ota(&ota)."
                     % (source, line))
    for symbol in symbols[:NAMES_SHOWN]:
        if symbol == "app_main":
            lines.append("app_main is missing: the program starts there. In C++ write it as "
                         "extern \"C\" void app_main(void).")
        elif symbol.startswith("_binary_"):
            lines.append("%s is missing: no EMBED_FILES or EMBED_TXTFILES of "
                         "idf_component_register() names a file so called. The name is made of the "
                         "file's own name, without its folder; a dot becomes _." % symbol)
        else:
            bare = symbol.split("(")[0]
            lines.append("%s is missing: %s" % (symbol, symbol_advice(headers, bare)))
    return lines


def symbol_advice(headers, name):
    if any(re.search(r"\b%s\b" % re.escape(name), text) for text in headers.values()):
        return ("Rota declares it, but the build that it is linked with does not define it; make it "
                "anew: ./dev build in the Rota checkout.")
    return ("no component defines it. Add its source to SRCS, or its component to REQUIRES; a "
            "function of ESP-IDF that Rota does not have needs a stand-in in components/.")


def main():
    build, path = sys.argv[1:3]
    with open(path, encoding="utf-8", errors="replace") as file:
        said = file.read()
    for line in explanations(Project(build), said):
        print("Rota: " + line)


if __name__ == "__main__":
    main()
