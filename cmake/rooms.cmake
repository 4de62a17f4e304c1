# silaware_room(name [PUBLIC rooms…] [LIBRARIES libs…] [PUBLIC_LIBRARIES libs…])
#
# One static library per folder of src/. A room sees its own headers and those of the rooms it names:
# the include path of a room is a folder of links to just those, so an include that points the wrong
# way does not compile.
set(SILAWARE_WARNINGS -Wall -Wextra -Wpedantic -Werror  -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside its own std::string and Boost at -O2 and under sanitizers.
  list(APPEND SILAWARE_WARNINGS -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow
       -Wno-stringop-overread -Wno-dangling-pointer -Wno-tsan)
  # In a unity build every source file is an included one.
  list(APPEND SILAWARE_WARNINGS -Wno-subobject-linkage)
else()
  # libstdc++ 12's own std::stable_sort calls what C++17 has deprecated, and clang blames the caller.
  list(APPEND SILAWARE_WARNINGS -Wno-deprecated-declarations)
  list(APPEND SILAWARE_WARNINGS -Wno-missing-designated-field-initializers -Wno-c99-designator)
endif()

function(silaware_room name)
  cmake_parse_arguments(ROOM "" "" "ROOMS;LIBRARIES;PUBLIC_LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(main ${sources})
  list(FILTER main INCLUDE REGEX "/main\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(NOT sources)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
  endif()
  add_library(silaware_${name} STATIC ${sources})

  set(view ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${name} SYMBOLIC)
  target_include_directories(silaware_${name} PUBLIC ${view})

  foreach(room ${ROOM_ROOMS})
    target_link_libraries(silaware_${name} PUBLIC silaware_${room})
  endforeach()
  target_link_libraries(silaware_${name} PUBLIC ${ROOM_PUBLIC_LIBRARIES} PRIVATE ${ROOM_LIBRARIES})
  target_compile_options(silaware_${name} PRIVATE ${SILAWARE_WARNINGS})
  target_precompile_headers(silaware_${name} PRIVATE
    <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <string> <string_view>
    <unordered_map> <utility> <vector> <fmt/format.h> <tl/expected.hpp> <date/tz.h>)
endfunction()
