# The browser's files: from static/, templates/i18n and npm into ${CMAKE_BINARY_DIR}/static, named by their
# content, compressed, with manifest.json (logical name -> file) and imports.json (module -> what it imports).
find_program(NODE node REQUIRED)
find_program(NPM npm REQUIRED)

execute_process(COMMAND ${NODE} ${PROJECT_SOURCE_DIR}/cmake/npm_packages.mjs ${PROJECT_SOURCE_DIR} RESULT_VARIABLE differs)
if(differs)
  message(STATUS "Fetching the browser's libraries: npm ci (package-lock.json)")
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund
                  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} RESULT_VARIABLE failed OUTPUT_QUIET)
  if(failed)
    message(FATAL_ERROR "npm ci failed: the portal needs the packages of package-lock.json, and npm could not fetch "
                        "them. Check the network or the npm registry setting, then run cmake again.")
  endif()
endif()

file(GLOB_RECURSE static_sources CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/static/* ${PROJECT_SOURCE_DIR}/templates/i18n/*.json)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/static/manifest.json
  COMMAND ${NODE} ${PROJECT_SOURCE_DIR}/cmake/static_assets.mjs ${PROJECT_SOURCE_DIR} ${CMAKE_BINARY_DIR}/static
  DEPENDS ${static_sources} ${PROJECT_SOURCE_DIR}/cmake/static_assets.mjs ${PROJECT_SOURCE_DIR}/package-lock.json
  COMMENT "Naming and compressing the static files"
  VERBATIM)
add_custom_target(static_assets ALL DEPENDS ${CMAKE_BINARY_DIR}/static/manifest.json)
