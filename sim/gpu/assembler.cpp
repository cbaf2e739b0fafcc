#include "sim/gpu/assembler.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "hw/gpu/instruction.h"
#include "hw/gpu/sm_config.h"
#include "sim/config/user_error.h"
#include "sim/gpu/mnemonic.h"

namespace faultline::gpu {
namespace {

using hw::gpu::Instruction;
using hw::gpu::Opcode;

constexpr size_t kMostInstructions = 65536;
constexpr size_t kLargestFile = size_t{4} * 1024 * 1024;

bool is_name_letter(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' || letter == '.';
}

/// One line of text, read from left to right.
class Line {
 public:
  Line(std::string text, std::string file, int number)
      : text_(std::move(text)), file_(std::move(file)), number_(number) {
    const size_t comment = std::min(text_.find("//"), text_.find(';'));
    if (comment != std::string::npos) {
      text_.resize(comment);
    }
  }

  int number() const { return number_; }
  bool at_end() {
    skip_blanks();
    return position_ == text_.size();
  }
  /// Takes a symbol if it is the next thing on the line.
  bool take(char symbol) {
    if (at_end() || text_[position_] != symbol) {
      return false;
    }
    ++position_;
    return true;
  }
  void expect(char symbol) {
    if (!take(symbol)) {
      fail(fmt::format("'{}' is missing{}", symbol, place()), fmt::format("write a '{}' there", symbol));
    }
  }
  /// The next word: letters, digits, '_' and '.'; empty when another symbol comes.
  std::string word() {
    skip_blanks();
    const size_t first = position_;
    while (position_ < text_.size() && is_name_letter(text_[position_])) {
      ++position_;
    }
    return text_.substr(first, position_ - first);
  }
  std::string name(const char* what) {
    const std::string found = word();
    if (found.empty() || std::isdigit(static_cast<unsigned char>(found.front())) != 0) {
      fail(fmt::format("{} is missing{}", what, place()), "write a name of letters, digits, '_' and '.'");
    }
    return found;
  }
  void expect_end() {
    if (!at_end()) {
      fail(fmt::format("'{}' is left over", text_.substr(position_)), "write one instruction per line");
    }
  }
  [[noreturn]] void fail(const std::string& wrong, const std::string& right) const {
    throw UserError(file_, number_, wrong, right);
  }
  std::string place() const {
    return position_ < text_.size() ? fmt::format(" before '{}'", text_.substr(position_)) : " at the end of the line";
  }

 private:
  void skip_blanks() {
    while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_])) != 0) {
      ++position_;
    }
  }

  std::string text_;
  std::string file_;
  int number_;
  size_t position_ = 0;
};

/// A number with an optional sign, decimal or hexadecimal, from -2^31 to 2^32 - 1.
std::optional<uint32_t> parse_number(const std::string& text, bool negative) {
  const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  const char* first = text.data() + (hexadecimal ? 2 : 0);
  const char* last = text.data() + text.size();
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(first, last, value, hexadecimal ? 16 : 10);
  const uint64_t limit = negative ? uint64_t{1} << 31 : ~uint32_t{0};
  if (error != std::errc() || end != last || value > limit) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(negative ? uint64_t{0} - value : value);
}

/// The number in "r12" or "p3" when it is below `limit`.
std::optional<uint8_t> parse_indexed(const std::string& text, char letter, int limit) {
  if (text.size() < 2 || text.size() > 3 || text[0] != letter) {
    return std::nullopt;
  }
  const auto number = parse_number(text.substr(1), false);
  if (!number || *number >= static_cast<uint32_t>(limit)) {
    return std::nullopt;
  }
  return static_cast<uint8_t>(*number);
}

class Assembler {
 public:
  explicit Assembler(std::string file) : file_(std::move(file)) {}

  KernelProgram run(const std::string& text) {
    std::istringstream lines(text);
    std::string content;
    for (int number = 1; std::getline(lines, content); ++number) {
      Line line(content, file_, number);
      read(line);
      last_line_ = number;
    }
    end_kernel();
    if (program_.kernels.empty()) {
      throw UserError(file_, std::max(last_line_, 1), "holds no kernel", "begin one with `.kernel NAME`");
    }
    return std::move(program_);
  }

 private:
  /// A branch whose label may come later.
  struct Branch {
    size_t word;
    std::string label;
    int line;
  };

  void read(Line& line) {
    if (line.at_end()) {
      return;
    }
    Instruction instruction;
    if (line.take('@')) {
      read_guard(line, instruction);
      read_instruction(line, line.word(), instruction);
      return;
    }
    const std::string word = line.word();
    if (word.empty()) {
      line.fail(fmt::format("no instruction begins{}", line.place()), "write a mnemonic, a label or a directive");
    }
    if (line.take(':')) {
      define_label(line, word);
      read(line);
    } else if (word.front() == '.') {
      read_directive(line, word);
    } else {
      read_instruction(line, word, instruction);
    }
  }

  void read_directive(Line& line, const std::string& word) {
    if (word == ".kernel") {
      end_kernel();
      begin_kernel(line);
    } else if (word == ".registers") {
      kernel(line).registers = static_cast<uint8_t>(small_number(line, 1, hw::gpu::kZeroRegister));
    } else if (word == ".parameter") {
      add_parameter(line);
    } else if (word == ".alias") {
      add_alias(line);
    } else if (word == ".word") {
      add_word(line);
    } else {
      line.fail(fmt::format("directive '{}' is unknown", word),
                "the directives are .kernel, .registers, .parameter, .alias and .word");
    }
    line.expect_end();
  }

  void begin_kernel(Line& line) {
    Kernel begun;
    begun.name = line.name("the kernel's name");
    begun.entry = static_cast<uint16_t>(program_.words.size());
    const auto& all = program_.kernels;
    if (std::any_of(all.begin(), all.end(), [&](const Kernel& other) { return other.name == begun.name; })) {
      line.fail(fmt::format("kernel '{}' appears twice", begun.name), "give each kernel its own name");
    }
    program_.kernels.push_back(begun);
    kernel_line_ = line.number();
  }

  void end_kernel() {
    if (program_.kernels.empty()) {
      return;
    }
    const Kernel& ended = program_.kernels.back();
    if (program_.words.size() == ended.entry) {
      throw UserError(file_, kernel_line_, fmt::format("kernel '{}' holds no instruction", ended.name),
                      "end it at least with `exit`");
    }
    for (const Branch& branch : branches_) {
      const auto label = labels_.find(branch.label);
      if (label == labels_.end()) {
        throw UserError(file_, branch.line, fmt::format("label '{}' is not in kernel '{}'", branch.label, ended.name),
                        "define it as `name:` in the same kernel");
      }
      program_.words[branch.word] |= static_cast<uint64_t>(label->second) << 32;
    }
    branches_.clear();
    labels_.clear();
    aliases_.clear();
  }

  Kernel& kernel(const Line& line) {
    if (program_.kernels.empty()) {
      line.fail("stands before the first kernel", "begin a kernel with `.kernel NAME`");
    }
    return program_.kernels.back();
  }

  int64_t small_number(Line& line, int64_t low, int64_t high) {
    const std::string text = line.word();
    const auto number = parse_number(text, false);
    if (!number || *number < low || *number > high) {
      line.fail(fmt::format("'{}' is out of range", text), fmt::format("give a whole number from {} to {}", low, high));
    }
    return *number;
  }

  void add_parameter(Line& line) {
    Kernel& current = kernel(line);
    const std::string name = line.name("the parameter's name");
    if (current.parameters.size() == hw::gpu::kParameters) {
      line.fail(fmt::format("a kernel has at most {} parameters", hw::gpu::kParameters), "put the rest into memory");
    }
    if (std::find(current.parameters.begin(), current.parameters.end(), name) != current.parameters.end()) {
      line.fail(fmt::format("parameter '{}' appears twice", name), "give each parameter its own name");
    }
    current.parameters.push_back(name);
  }

  void add_alias(Line& line) {
    kernel(line);
    const std::string name = line.name("the alias");
    if (parse_indexed(name, 'r', 64) || parse_indexed(name, 'p', 8) || name == "rz" || name == "pt") {
      line.fail(fmt::format("'{}' names a register already", name), "choose another name");
    }
    aliases_[name] = line.word();
    if (!parse_indexed(aliases_[name], 'r', 63) && !parse_indexed(aliases_[name], 'p', 7)) {
      line.fail(fmt::format("'{}' is no register", aliases_[name]), "give r0 to r62 or p0 to p6");
    }
  }

  void add_word(Line& line) {
    const std::string text = line.word();
    uint64_t word = 0;
    const char* last = text.data() + text.size();
    const bool hexadecimal = text.rfind("0x", 0) == 0;
    const auto [end, error] = std::from_chars(text.data() + (hexadecimal ? 2 : 0), last, word, hexadecimal ? 16 : 10);
    if (error != std::errc() || end != last) {
      line.fail(fmt::format("'{}' is no 64-bit number", text), "write it as 0x...");
    }
    emit(line, word);
  }

  void define_label(Line& line, const std::string& name) {
    kernel(line);
    if (std::isdigit(static_cast<unsigned char>(name.front())) != 0) {
      line.fail(fmt::format("label '{}' begins with a digit", name), "begin it with a letter");
    }
    if (!labels_.emplace(name, program_.words.size()).second) {
      line.fail(fmt::format("label '{}' appears twice in the kernel", name), "give each label its own name");
    }
  }

  void read_guard(Line& line, Instruction& instruction) {
    instruction.guard_negated = line.take('!');
    instruction.guard = predicate(line);
  }

  uint8_t predicate(Line& line) {
    const std::string text = resolve(line.word());
    if (text == "pt") {
      return hw::gpu::kTruePredicate;
    }
    const auto number = parse_indexed(text, 'p', hw::gpu::kPredicates);
    if (!number) {
      line.fail(fmt::format("'{}' is no predicate", text), "give p0 to p6, or pt");
    }
    return *number;
  }

  std::string resolve(const std::string& word) const {
    const auto alias = aliases_.find(word);
    return alias == aliases_.end() ? word : alias->second;
  }

  std::optional<uint8_t> as_register(const std::string& word) const {
    const std::string text = resolve(word);
    return text == "rz" ? std::optional<uint8_t>(hw::gpu::kZeroRegister) : parse_indexed(text, 'r', 63);
  }

  uint8_t register_number(Line& line) {
    const std::string text = line.word();
    const auto number = as_register(text);
    if (!number) {
      line.fail(text.empty() ? "a register is missing" + line.place() : fmt::format("'{}' is no register", text),
                "give r0 to r62, rz or an alias");
    }
    if (*number != hw::gpu::kZeroRegister && *number >= kernel(line).registers) {
      line.fail(fmt::format("r{} is not among the kernel's {} registers", *number, kernel(line).registers),
                "raise .registers or use a lower one");
    }
    return *number;
  }

  void read_instruction(Line& line, const std::string& word, Instruction& instruction) {
    kernel(line);
    const auto mnemonic = parse_mnemonic(word);
    if (!mnemonic) {
      line.fail(fmt::format("instruction '{}' is unknown", word), "see the list of instructions in docs/gpu.md");
    }
    instruction.opcode = mnemonic->opcode;
    instruction.modifier = mnemonic->modifier;
    read_operands(line, instruction);
    line.expect_end();
    emit(line, instruction.encode());
  }

  void read_operands(Line& line, Instruction& instruction) {
    const OperandForm form = operand_form(instruction.opcode);
    if (form == OperandForm::kNone) {
      return;
    }
    if (form == OperandForm::kLabel) {
      instruction.immediate = true;
      branches_.push_back({program_.words.size(), line.name("the label"), line.number()});
      return;
    }
    if (form == OperandForm::kStore) {
      read_address(line, instruction);
      line.expect(',');
      instruction.rc = register_number(line);
      return;
    }
    instruction.rd = form == OperandForm::kComparison ? predicate(line) : register_number(line);
    line.expect(',');
    if (form == OperandForm::kLoad) {
      read_address(line, instruction);
      return;
    }
    if (form != OperandForm::kUnary) {
      instruction.ra = register_number(line);
      line.expect(',');
    }
    read_second(line, instruction);
    if (form == OperandForm::kTernary) {
      line.expect(',');
      instruction.rc = register_number(line);
    }
  }

  void read_address(Line& line, Instruction& instruction) {
    line.expect('[');
    instruction.ra = register_number(line);
    instruction.immediate = true;
    const bool negative = line.take('-');
    if (negative || line.take('+')) {
      read_plain(line, instruction, negative);
    }
    line.expect(']');
  }

  /// Operand b: a register, a number, or the name of a parameter or special register.
  void read_second(Line& line, Instruction& instruction) {
    if (line.take('%')) {
      instruction.immediate = true;
      instruction.b = named(line, instruction.opcode);
      return;
    }
    read_plain(line, instruction, line.take('-'));
  }

  void read_plain(Line& line, Instruction& instruction, bool negative) {
    const std::string text = line.word();
    if (!negative && as_register(text)) {
      instruction.immediate = false;
      instruction.b = *as_register(text);
      check_register(line, *as_register(text));
      return;
    }
    const auto number = parse_number(text, negative);
    if (!number) {
      line.fail(text.empty() ? "an operand is missing" + line.place()
                             : fmt::format("'{}' is neither a register nor a number of 32 bits", text),
                "give r0 to r62, rz, an alias or a number");
    }
    instruction.immediate = true;
    instruction.b = *number;
  }

  void check_register(Line& line, uint8_t number) {
    if (number != hw::gpu::kZeroRegister && number >= kernel(line).registers) {
      line.fail(fmt::format("r{} is not among the kernel's {} registers", number, kernel(line).registers),
                "raise .registers or use a lower one");
    }
  }

  uint32_t named(Line& line, Opcode opcode) {
    const std::vector<std::string>& names = opcode == Opcode::kLdp ? kernel(line).parameters : special_names();
    const std::string name = line.word();
    const auto found = std::find(names.begin(), names.end(), name);
    if ((opcode != Opcode::kLdp && opcode != Opcode::kS2r) || found == names.end()) {
      line.fail(
          fmt::format("'%{}' means nothing here", name),
          "ldp takes the kernel's parameters, s2r takes %" + fmt::format("{}", fmt::join(special_names(), ", %")));
    }
    return static_cast<uint32_t>(found - names.begin());
  }

  void emit(Line& line, uint64_t word) {
    kernel(line);
    if (program_.words.size() == kMostInstructions) {
      line.fail("the program has more than 65536 instructions", "split it");
    }
    program_.words.push_back(word);
  }

  std::string file_;
  KernelProgram program_;
  std::map<std::string, size_t> labels_;
  std::map<std::string, std::string> aliases_;
  std::vector<Branch> branches_;
  int kernel_line_ = 0;
  int last_line_ = 0;
};

}  // namespace

KernelProgram assemble(const std::string& text, const std::string& file) {
  return Assembler(file).run(text);
}

KernelProgram assemble_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  text.resize(kLargestFile + 1);
  if (stream) {
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  }
  text.resize(static_cast<size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  if (stream.bad() || (text.empty() && !stream.eof())) {
    throw UserError(path, 0, "cannot be read", "give the path of a readable kernel");
  }
  if (text.size() > kLargestFile) {
    throw UserError(path, 0, "is larger than 4 MiB", "give the text of a kernel");
  }
  return assemble(text, path);
}

}  // namespace faultline::gpu
