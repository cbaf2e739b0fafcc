#include "sim/parallel/ranks.h"

#include <cstdlib>

#include "sim/config/component_module.h"
#include "sim/config/user_error.h"

namespace faultline::parallel {
namespace {

/// Set by OpenMPI's mpirun, and by srun and others through PMIx and PMI.
constexpr const char* kRankVariables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"};

const char* rank_variable() {
  for (const char* name : kRankVariables) {
    if (const char* value = std::getenv(name)) {
      return value;
    }
  }
  return nullptr;
}

}  // namespace

bool started_by_mpi() {
  return rank_variable() != nullptr;
}

int rank_before_start() {
  const char* value = rank_variable();
  return value != nullptr ? std::atoi(value) : 0;
}

std::unique_ptr<Ranks> connect_ranks() {
  // OpenMPI loads components of its own, which look for its symbols among the global ones.
  void* connect =
      config::load_component("faultline_mpi_ranks.so", "faultline_connect_ranks",
                             "install Boost.MPI (libboost-mpi-dev) and build again", config::ModuleScope::kGlobal);
  if (connect == nullptr) {
    throw UserError("mpirun", 0, "this build lacks MPI",
                    "install libboost-mpi-dev and build again, or run shards without mpirun");
  }
  // NOLINTNEXTLINE: what POSIX says to do with dlsym's result
  return std::unique_ptr<Ranks>(reinterpret_cast<ConnectRanks>(connect)());
}

}  // namespace faultline::parallel
