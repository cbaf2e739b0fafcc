#include "sim/model/sha256.h"

#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace faultline::model {

struct Sha256::Implementation {
  struct Release {
    void operator()(EVP_MD_CTX* released) const { EVP_MD_CTX_free(released); }
  };
  std::unique_ptr<EVP_MD_CTX, Release> context{EVP_MD_CTX_new()};

  static void require(bool done) {
    if (!done) {
      throw std::runtime_error("SHA-256 is not available");
    }
  }
};

Sha256::Sha256() : implementation_(std::make_unique<Implementation>()) {
  Implementation::require(implementation_->context != nullptr &&
                          EVP_DigestInit_ex(implementation_->context.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::update(const void* data, size_t bytes) {
  Implementation::require(EVP_DigestUpdate(implementation_->context.get(), data, bytes) == 1);
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  Implementation::require(EVP_DigestFinal_ex(implementation_->context.get(), digest.data(), &length) == 1);
  std::string hexadecimal;
  for (unsigned int i = 0; i < length; ++i) {
    hexadecimal += fmt::format("{:02x}", digest[i]);
  }
  return hexadecimal;
}

}  // namespace faultline::model
