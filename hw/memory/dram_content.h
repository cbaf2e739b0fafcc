#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace faultline::hw {

/// The bytes of DRAM, outside the fault space, with the pages that differ from a clean image on record.
///
/// A fault in an address register may store anywhere, so every run starts by putting the changed pages back.
class DramContent {
 public:
  static constexpr size_t kPageBytes = 4096;
  /// Content of the changed pages, by page number.
  using Pages = std::map<size_t, std::vector<std::byte>>;

  explicit DramContent(size_t bytes);

  size_t bytes() const { return bytes_; }
  /// True when [address, address + count) lies inside.
  bool contains(uint64_t address, size_t count) const { return address <= bytes_ && count <= bytes_ - address; }
  /// The range must lie inside.
  void read(uint64_t address, void* data, size_t count) const;
  void write(uint64_t address, const void* data, size_t count);

  /// Makes the present content the clean image.
  void mark_clean();
  /// Puts every changed page back to the clean image.
  void restore_clean();
  Pages changed_pages() const;
  /// The clean image with these pages changed.
  void restore(const Pages& pages);

 private:
  void remember_clean_page(size_t page);

  size_t bytes_;
  std::vector<std::byte> memory_;
  Pages clean_copies_;  ///< clean content of every page written since mark_clean()
};

}  // namespace faultline::hw
