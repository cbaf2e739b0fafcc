#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace faultline::hw {

/// A word as its code gives it back.
struct DecodedWord {
  uint64_t word = 0;
  bool corrected = false;  ///< a wrong bit, of the word or of its check bits, was found and put right
  bool error = false;      ///< something is wrong and the code cannot say what; `word` is as it was stored
};

/// A systematic linear code over the words of a memory: check bits stand beside the word, those of 0 are 0.
class WordCode {
 public:
  virtual ~WordCode() = default;

  /// Check bits of a word, 1 to 16.
  virtual int check_bits() const = 0;
  /// The check bits of `word`, whose bits above the code's width are 0.
  virtual uint64_t encode(uint64_t word) const = 0;
  virtual DecodedWord decode(uint64_t word, uint64_t check) const = 0;
};

/// A kind of code. A file of this folder defines one and registers it with a file-scope WordCodeRegistration.
struct WordCodeFamily {
  std::string name;
  /// The code for words of 1 to 64 bits.
  std::function<std::unique_ptr<const WordCode>(int word_bits)> make;
};

/// All registered kinds, by name.
const std::vector<WordCodeFamily>& word_codes();
/// The kind of this name, or nullptr.
const WordCodeFamily* find_word_code(const std::string& name);

struct WordCodeRegistration {
  explicit WordCodeRegistration(WordCodeFamily family);
};

}  // namespace faultline::hw
