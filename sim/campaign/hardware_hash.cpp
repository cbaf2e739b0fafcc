#include "sim/campaign/hardware_hash.h"

#include <array>
#include <memory>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "sim/config/accelerator_file.h"

namespace faultline::campaign {

std::string hardware_sha256(const hw::AcceleratorConfig& config, const hw::StateTable& table) {
  std::string text;
  for (const auto& [key, value] : config::effective_settings(config)) {
    text += key + '=';
    std::visit([&](const auto& held) { text += fmt::format("{}\n", held); }, value);
  }
  for (const hw::StateField& field : table.fields()) {
    text += fmt::format("{} {} {}\n", field.path, to_string(field.kind), field.bits);
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const int16_t* products = config.grid.multiplier.table();
  const bool done = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1 &&
                    EVP_DigestUpdate(context.get(), products, hw::Multiplier::kEntries * sizeof(int16_t)) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1;
  if (!done) {
    throw std::runtime_error("SHA-256 failed");
  }
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + length, ""));
}

}  // namespace faultline::campaign
