# faultline_layer(TARGET name FOLDER path DEPENDS targets... [PRIVATE targets...])
#
# One target per folder. Its public headers are reachable only through a link in the build tree that holds this folder
# alone, so that including a header of a layer that is not a dependency does not compile: the targets are the
# dependency law. OBJECT libraries, so that self-registering files survive linking.
add_library(faultline_options INTERFACE)
target_compile_options(faultline_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                   -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
                       # Braces left out of nested initialisers, and macros without variable arguments (GoogleTest's).
                       $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-braces> $<$<CXX_COMPILER_ID:Clang>:-Wno-gnu-zero-variadic-macro-arguments>
                       # A fused multiply-add rounds once instead of twice: results would depend on the processor.
                       -ffp-contract=off)
if(CMAKE_UNITY_BUILD)
  # GCC takes a source that another includes for a header, whose types must not hold those of an anonymous namespace.
  target_compile_options(faultline_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(FAULTLINE_WERROR)
  target_compile_options(faultline_options INTERFACE -Werror)
endif()
if(FAULTLINE_SANITIZE)
  target_compile_options(faultline_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
                         # GCC takes instrumented code of the standard library for reading before writing; the release build
                         # keeps the warning.
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(faultline_options INTERFACE -fsanitize=address,undefined)
endif()

# Lets ccache see which precompiled headers a target's sources use.
add_library(faultline_precompiled INTERFACE)
target_compile_options(faultline_precompiled INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
                                                       "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")

# faultline_precompile(TARGET HEADERS headers... LIBRARIES targets...): compiles headers once for all targets that
# REUSE_FROM it and link these libraries.
function(faultline_precompile target)
  cmake_parse_arguments(ARG "" "" "HEADERS;LIBRARIES" ${ARGN})
  add_library(${target} OBJECT "${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp")
  target_link_libraries(${target} PRIVATE faultline_options faultline_precompiled ${ARG_LIBRARIES})
  target_precompile_headers(${target} PRIVATE ${ARG_HEADERS})
endfunction()

faultline_precompile(precompiled_text HEADERS <fmt/format.h> <nlohmann/json.hpp>
                                      LIBRARIES fmt::fmt nlohmann_json::nlohmann_json)

# faultline_unity(TARGET names...): where several sources are compiled as one (CMAKE_UNITY_BUILD), each keeps these names
# of its anonymous namespace to itself. No header may use them. Sources that Highway compiles once for each instruction
# set are compiled alone.
function(faultline_unity target)
  set(code "")
  foreach(name IN LISTS ARGN)
    string(APPEND code "#undef ${name}\n#define ${name} FAULTLINE_JOIN(${name}_, FAULTLINE_SOURCE_ID)\n")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_UNIQUE_ID FAULTLINE_SOURCE_ID UNITY_BUILD_CODE_BEFORE_INCLUDE
    "#undef FAULTLINE_JOIN_NOW\n#undef FAULTLINE_JOIN\n#define FAULTLINE_JOIN_NOW(a, b) a##b\n#define FAULTLINE_JOIN(a, b) FAULTLINE_JOIN_NOW(a, b)\n${code}")
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    file(STRINGS "${source}" several_targets REGEX "hwy/foreach_target.h" LIMIT_COUNT 1)
    if(several_targets)
      set_source_files_properties("${source}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

function(faultline_layer)
  cmake_parse_arguments(ARG "" "TARGET;FOLDER" "DEPENDS;PRIVATE" ${ARGN})
  set(source_dir "${PROJECT_SOURCE_DIR}/${ARG_FOLDER}")
  set(include_dir "${PROJECT_BINARY_DIR}/include/${ARG_TARGET}")
  get_filename_component(parent "${include_dir}/${ARG_FOLDER}" DIRECTORY)
  file(MAKE_DIRECTORY "${parent}")
  file(CREATE_LINK "${source_dir}" "${include_dir}/${ARG_FOLDER}" SYMBOLIC)

  file(GLOB sources CONFIGURE_DEPENDS "${source_dir}/*.cpp")
  if(sources)
    add_library(${ARG_TARGET} OBJECT ${sources})
    target_include_directories(${ARG_TARGET} PUBLIC "${include_dir}")
    target_link_libraries(${ARG_TARGET} PUBLIC ${ARG_DEPENDS} PRIVATE faultline_options ${ARG_PRIVATE})
    faultline_unity(${ARG_TARGET} kRegistration kMapper kPolicy)
    set_property(GLOBAL APPEND PROPERTY FAULTLINE_OBJECT_LAYERS ${ARG_TARGET})
    if(fmt::fmt IN_LIST ARG_PRIVATE AND nlohmann_json::nlohmann_json IN_LIST ARG_PRIVATE)
      target_link_libraries(${ARG_TARGET} PRIVATE faultline_precompiled)
      target_precompile_headers(${ARG_TARGET} REUSE_FROM precompiled_text)
    endif()
  else()
    add_library(${ARG_TARGET} INTERFACE)
    target_include_directories(${ARG_TARGET} INTERFACE "${include_dir}")
    target_link_libraries(${ARG_TARGET} INTERFACE ${ARG_DEPENDS})
  endif()
endfunction()

# faultline_objects(target layer...): links the objects of the layers and of everything below them into an executable.
function(faultline_objects target)
  get_property(layers GLOBAL PROPERTY FAULTLINE_OBJECT_LAYERS)
  foreach(layer IN LISTS layers)
    target_link_libraries(${target} PRIVATE ${layer})
  endforeach()
endfunction()
