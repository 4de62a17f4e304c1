# What users install: the relocatable bundle (target `bundle`) and the Debian package (target `package`, CPack).
include(GNUInstallDirs)

# The bundle: a static launcher, the binary with its own loader and libraries, and all that it reads.
set(bundle_name silaware-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR})
add_executable(silaware_launcher EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/deploy/bundle/launcher.cpp)
target_link_options(silaware_launcher PRIVATE -static)
target_compile_options(silaware_launcher PRIVATE ${SILAWARE_WARNINGS} -Os -fno-exceptions)
add_library(silaware_zoneinfo MODULE EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/deploy/bundle/zoneinfo.cpp)
target_compile_options(silaware_zoneinfo PRIVATE ${SILAWARE_WARNINGS} -Os -fPIC)
# The files it stands in for carry 64-bit offsets on this platform anyway.
target_compile_definitions(silaware_zoneinfo PRIVATE _GNU_SOURCE)
add_custom_target(bundle
  COMMAND ${PROJECT_SOURCE_DIR}/deploy/bundle/assemble --build ${CMAKE_BINARY_DIR} --name ${bundle_name}
          --launcher $<TARGET_FILE:silaware_launcher> --zoneinfo $<TARGET_FILE:silaware_zoneinfo>
          --binary $<TARGET_FILE:silaware>
  DEPENDS silaware static_assets silaware_launcher silaware_zoneinfo
  COMMENT "Assembling ${bundle_name}.tar.gz"
  USES_TERMINAL VERBATIM)

# The Debian package.
install(TARGETS silaware RUNTIME DESTINATION bin)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/templates ${CMAKE_BINARY_DIR}/static DESTINATION share/silaware)
install(FILES ${PROJECT_SOURCE_DIR}/deploy/systemd/silaware-portal.service
              ${PROJECT_SOURCE_DIR}/deploy/systemd/silaware-ingest.service DESTINATION lib/systemd/system)
install(FILES ${PROJECT_SOURCE_DIR}/deploy/debian/silaware.conf DESTINATION /etc/silaware
        PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
              ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md ${PROJECT_SOURCE_DIR}/SECURITY.md DESTINATION share/doc/silaware)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/silaware RENAME copyright)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION share/doc/silaware/docs FILES_MATCHING PATTERN "*.md")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/deploy/nginx ${PROJECT_SOURCE_DIR}/deploy/apache
                  ${PROJECT_SOURCE_DIR}/deploy/mosquitto ${PROJECT_SOURCE_DIR}/deploy/mariadb
                  ${PROJECT_SOURCE_DIR}/deploy/grafana ${PROJECT_SOURCE_DIR}/deploy/galera
        DESTINATION share/doc/silaware/examples)

# Debian's own changelog: gzip without a name or a time, so that the same sources give the same bytes.
execute_process(COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/deploy/debian/changelog
                OUTPUT_FILE ${CMAKE_BINARY_DIR}/changelog.gz COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION share/doc/silaware)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME silaware)
set(CPACK_PACKAGE_VENDOR "silaware")
set(CPACK_PACKAGE_CONTACT "The silaware authors <silaware@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "utility and power monitoring from MQTT devices")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, tzdata, ca-certificates, mariadb-client")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "mariadb-server, mosquitto")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Portal and ingest for power meters, machines and room sensors that report\n by MQTT: energy, cost, CO2, run times, climate, alerts and reports.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/deploy/debian/postinst ${PROJECT_SOURCE_DIR}/deploy/debian/prerm
    ${PROJECT_SOURCE_DIR}/deploy/debian/postrm ${PROJECT_SOURCE_DIR}/deploy/debian/conffiles)
include(CPack)
