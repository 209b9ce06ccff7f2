// Digests beside OpenSSL's (SHA-256, MD5) over the same megabyte, and the cost of an empty hash,
// which is what looking up the processor's instructions adds to each object.
//   build/crypto_bench --benchmark_repetitions=5 --benchmark_enable_random_interleaving=true
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <array>
#include <vector>

#include "crypto/crc32.h"
#include "crypto/md5.h"
#include "crypto/sha256.h"
#include "crypto/sha256_blocks.h"

namespace rota::crypto {
namespace {

std::vector<std::byte> input(const benchmark::State& state) {
  return std::vector<std::byte>(static_cast<std::size_t>(state.range(0)), std::byte{0x5A});
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void sha256_rota(benchmark::State& state) {
  const std::vector<std::byte> bytes = input(state);
  for (auto _ : state) benchmark::DoNotOptimize(sha256(bytes));
  count_bytes(state);
}

void sha256_rota_portable(benchmark::State& state) {
  const std::vector<std::byte> bytes = input(state);
  Sha256State words{};
  for (auto _ : state) {
    sha256_blocks_portable(words, bytes);
    benchmark::DoNotOptimize(words);
  }
  count_bytes(state);
}

void with_openssl(benchmark::State& state, const EVP_MD* digest) {
  const std::vector<std::byte> bytes = input(state);
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  for (auto _ : state) {
    EVP_DigestInit_ex(context, digest, nullptr);
    EVP_DigestUpdate(context, bytes.data(), bytes.size());
    EVP_DigestFinal_ex(context, result.data(), nullptr);
    benchmark::DoNotOptimize(result);
  }
  EVP_MD_CTX_free(context);
  count_bytes(state);
}

void sha256_openssl(benchmark::State& state) { with_openssl(state, EVP_sha256()); }
void md5_openssl(benchmark::State& state) { with_openssl(state, EVP_md5()); }

void md5_rota(benchmark::State& state) {
  const std::vector<std::byte> bytes = input(state);
  for (auto _ : state) benchmark::DoNotOptimize(md5(bytes));
  count_bytes(state);
}

void crc32_rota(benchmark::State& state) {
  const std::vector<std::byte> bytes = input(state);
  for (auto _ : state) benchmark::DoNotOptimize(crc32(bytes));
  count_bytes(state);
}

BENCHMARK(sha256_rota)->Arg(64)->Arg(4096)->Arg(1 << 20);
BENCHMARK(sha256_openssl)->Arg(64)->Arg(4096)->Arg(1 << 20);
BENCHMARK(sha256_rota_portable)->Arg(1 << 20);
BENCHMARK(md5_rota)->Arg(1 << 20);
BENCHMARK(md5_openssl)->Arg(1 << 20);
BENCHMARK(crc32_rota)->Arg(1 << 20);

}  // namespace
}  // namespace rota::crypto
