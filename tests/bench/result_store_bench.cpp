// Writing, reading, exporting and merging a million rows. Run by hand.
#include <algorithm>
#include <iterator>

#include <benchmark/benchmark.h>

#include "sim/campaign/result_export.h"
#include "sim/campaign/result_store.h"
#include "sim/campaign/store_merge.h"
#include "tests/support/random_rows.h"
#include "tests/support/temporary_folder.h"

namespace faultline::campaign {
namespace {

constexpr uint64_t kRows = 1'000'000;
constexpr size_t kBatch = 1000;

/// Rows as campaigns give them: one fault each.
std::vector<ExperimentRow> plain_rows() {
  const test::RandomRows source(1, test::small_description());
  std::vector<ExperimentRow> rows;
  for (uint64_t number = 0; number < kRows; ++number) {
    rows.push_back(source.row(number, 0));
    rows.back().faults = {rows.back().faults.front()};
    rows.back().site = rows.back().faults.front().site;
    rows.back().tool_error.clear();
  }
  return rows;
}

void write_rows(ResultStore& store, const std::vector<ExperimentRow>& rows) {
  for (size_t first = 0; first < rows.size(); first += kBatch) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(first);
    store.append({begin, begin + kBatch});
  }
}

/// A store of a million rows, written once.
const std::string& million() {
  static const test::TemporaryFolder kFolder;
  static const std::string kPath = [] {
    const std::string path = (kFolder.path() / "million.db").string();
    ResultStore store = ResultStore::create(path, test::small_description());
    write_rows(store, plain_rows());
    return path;
  }();
  return kPath;
}

void append_rows(benchmark::State& state) {
  const std::vector<ExperimentRow> rows = plain_rows();
  for (auto _ : state) {
    const test::TemporaryFolder folder;
    ResultStore store = ResultStore::create((folder.path() / "r.db").string(), test::small_description());
    write_rows(store, rows);
    state.counters["bytes_per_row"] =
        static_cast<double>(std::filesystem::file_size(store.path())) / static_cast<double>(kRows);
  }
  state.counters["rows/s"] = benchmark::Counter(kRows, benchmark::Counter::kIsIterationInvariantRate);
}

void read_rows(benchmark::State& state) {
  const ResultStore store = ResultStore::open(million());
  for (auto _ : state) {
    uint64_t cycles = 0;
    store.for_each([&](const ExperimentRow& row) { cycles += row.cycles; });
    benchmark::DoNotOptimize(cycles);
  }
  state.counters["rows/s"] = benchmark::Counter(kRows, benchmark::Counter::kIsIterationInvariantRate);
}

void digest_rows(benchmark::State& state) {
  const ResultStore store = ResultStore::open(million());
  for (auto _ : state) {
    benchmark::DoNotOptimize(store.rows_sha256());
  }
}

void export_rows(benchmark::State& state) {
  const ResultStore store = ResultStore::open(million());
  const test::TemporaryFolder folder;
  for (auto _ : state) {
    export_csv(store, (folder.path() / "rows.csv").string());
  }
}

void merge_shards(benchmark::State& state) {
  const test::TemporaryFolder folder;
  const std::vector<std::string> inputs = {(folder.path() / "1.db").string(), (folder.path() / "2.db").string()};
  const std::vector<ExperimentRow> rows = plain_rows();
  for (uint64_t index = 1; index <= 2; ++index) {
    CampaignDescription description = test::small_description();
    description.shards = {{index, 2}};
    std::vector<ExperimentRow> held;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(held),
                 [&](const ExperimentRow& row) { return description.shards.front().contains(row.number); });
    ResultStore store = ResultStore::create(inputs[index - 1], description);
    write_rows(store, held);
  }
  for (auto _ : state) {
    const test::TemporaryFolder out;
    merge_stores((out.path() / "all.db").string(), inputs);
  }
}

BENCHMARK(append_rows)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();
BENCHMARK(read_rows)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(digest_rows)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(export_rows)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(merge_shards)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace faultline::campaign
