#include "hw/memory/dram_content.h"

#include <cstring>

namespace faultline::hw {

DramContent::DramContent(size_t bytes) : bytes_(bytes), memory_((bytes + kPageBytes - 1) / kPageBytes * kPageBytes) {}

void DramContent::read(uint64_t address, void* data, size_t count) const {
  if (count > 0) {
    std::memcpy(data, memory_.data() + address, count);
  }
}

void DramContent::write(uint64_t address, const void* data, size_t count) {
  if (count == 0) {
    return;
  }
  for (size_t page = address / kPageBytes; page <= (address + count - 1) / kPageBytes; ++page) {
    remember_clean_page(page);
  }
  std::memcpy(memory_.data() + address, data, count);
}

void DramContent::remember_clean_page(size_t page) {
  if (clean_copies_.count(page) == 0) {
    const std::byte* first = memory_.data() + page * kPageBytes;
    clean_copies_.emplace(page, std::vector<std::byte>(first, first + kPageBytes));
  }
}

void DramContent::mark_clean() {
  clean_copies_.clear();
}

void DramContent::restore_clean() {
  for (const auto& [page, content] : clean_copies_) {
    std::memcpy(memory_.data() + page * kPageBytes, content.data(), kPageBytes);
  }
  clean_copies_.clear();
}

DramContent::Pages DramContent::changed_pages() const {
  Pages pages;
  for (const auto& entry : clean_copies_) {
    const std::byte* first = memory_.data() + entry.first * kPageBytes;
    pages.emplace(entry.first, std::vector<std::byte>(first, first + kPageBytes));
  }
  return pages;
}

void DramContent::restore(const Pages& pages) {
  restore_clean();
  for (const auto& [page, content] : pages) {
    write(page * kPageBytes, content.data(), kPageBytes);
  }
}

}  // namespace faultline::hw
