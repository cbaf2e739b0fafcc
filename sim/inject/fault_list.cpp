#include "sim/inject/fault_list.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "sim/inject/fault_text.h"

namespace faultline::inject {
namespace {

const FaultListFormat& format_of(const std::string& path) {
  std::vector<std::string> extensions;
  for (const FaultListFormat& format : fault_list_formats()) {
    const bool ends = path.size() >= format.extension.size() &&
                      path.compare(path.size() - format.extension.size(), std::string::npos, format.extension) == 0;
    if (ends) {
      return format;
    }
    extensions.push_back(format.extension);
  }
  std::sort(extensions.begin(), extensions.end());
  throw UserError(path, 0, "is no fault list by its name",
                  "use the ending " + fmt::format("{}", fmt::join(extensions, " or ")));
}

/// The n-th site of several sets.
hw::Site nth_site(const std::vector<SiteSet>& sets, uint64_t n) {
  size_t set = 0;
  while (n >= sets[set].size()) {
    n -= sets[set++].size();
  }
  return sets[set].at(n);
}

}  // namespace

bool FaultListEntry::operator==(const FaultListEntry& other) const {
  return path == other.path && mask == other.mask && model == other.model && start == other.start &&
         duration == other.duration && period == other.period && experiment == other.experiment;
}

std::vector<FaultListFormat>& fault_list_formats() {
  static std::vector<FaultListFormat> formats;
  return formats;
}

FaultList read_fault_list(const std::string& path) {
  const FaultListFormat& format = format_of(path);
  std::ifstream in(path, std::ios::binary);
  if (!in || in.peek() == std::ifstream::traits_type::eof()) {
    throw UserError(path, 0, "cannot be read or is empty", "give the path of a fault list");
  }
  FaultList list{path, format.read(in, path)};
  if (list.entries.empty()) {
    throw UserError(path, 0, "holds no fault", "give at least one");
  }
  return list;
}

void write_fault_list(const std::vector<FaultListEntry>& entries, const std::string& path,
                      const std::string& temporary) {
  const FaultListFormat& format = format_of(path);
  std::ofstream out(temporary, std::ios::binary);
  format.write(entries, out);
  out.flush();
  if (!out) {
    throw UserError(path, 0, "cannot be written", "give a path in a writable folder");
  }
}

std::vector<FaultListEntry> to_entries(const hw::StateTable& table, const std::vector<hw::Fault>& faults,
                                       const std::string& experiment) {
  std::vector<FaultListEntry> entries;
  entries.reserve(faults.size());
  for (const hw::Fault& fault : faults) {
    entries.push_back({hw::element_path(table.fields()[fault.site.field], fault.site.element), fault.mask, fault.model,
                       fault.start, fault.duration, fault.period, experiment, 0});
  }
  return entries;
}

FaultListExperiments::FaultListExperiments(const FaultList& list, const hw::StateTable& table, uint64_t run_cycles,
                                           size_t images)
    : file_(list.file), images_(images) {
  std::map<std::string, size_t> named;
  for (const FaultListEntry& entry : list.entries) {
    Row row = make_row(entry, list.file, table, run_cycles);
    const auto known = named.find(entry.experiment);
    if (!entry.experiment.empty() && known != named.end()) {
      groups_[known->second].rows.push_back(std::move(row));
      continue;
    }
    named[entry.experiment] = groups_.size();
    groups_.push_back({experiments_, !entry.experiment.empty(), {std::move(row)}});
    experiments_ += groups_.back().one_experiment ? 1 : groups_.back().rows[0].site_count;
  }
}

FaultListExperiments::Row FaultListExperiments::make_row(const FaultListEntry& entry, const std::string& file,
                                                         const hw::StateTable& table, uint64_t run_cycles) const {
  const TextPlace place{file, entry.line};
  Row row;
  row.fault = {{}, entry.mask, entry.model, entry.start, entry.duration, entry.period};
  row.sites = find_sites(table, entry.path, place);
  for (const SiteSet& set : row.sites) {
    check_mask(table.fields()[set.field], entry.mask, place);
    row.site_count += set.size();
  }
  check_start(entry.start, run_cycles, place);
  return row;
}

Experiment FaultListExperiments::at(uint64_t number) const {
  Experiment experiment;
  experiment.images = images_of(number);
  const auto after = std::upper_bound(groups_.begin(), groups_.end(), number,
                                      [](uint64_t value, const Group& group) { return value < group.first; });
  const Group& group = *std::prev(after);
  for (const Row& row : group.rows) {
    const uint64_t first = group.one_experiment ? 0 : number - group.first;
    const uint64_t last = group.one_experiment ? row.site_count : first + 1;
    for (uint64_t n = first; n < last; ++n) {
      experiment.faults.push_back(row.fault);
      experiment.faults.back().site = nth_site(row.sites, n);
    }
  }
  return experiment;
}

std::vector<size_t> FaultListExperiments::images_of(uint64_t /*number*/) const {
  std::vector<size_t> images(images_);
  std::iota(images.begin(), images.end(), size_t{0});
  return images;
}

nlohmann::ordered_json FaultListExperiments::population() const {
  return {{"sampler", "list"},
          {"kind", "list"},
          {"list", file_},
          {"size", experiments_},
          {"images", images_},
          {"images_per_fault", images_},
          {"sample", experiments_},
          {"with_replacement", false},
          {"strata", nlohmann::ordered_json::array({{{"name", "all"}, {"size", experiments_}, {"share", 1.0}}})}};
}

}  // namespace faultline::inject
