# What `cmake --install` puts where, and the Debian package that `cpack` makes of it (server/operate).
include(GNUInstallDirs)
set(operate ${CMAKE_SOURCE_DIR}/server/operate)
set(packed ${CMAKE_BINARY_DIR}/packed)

# The manual pages are what the program says of itself.
function(manual_page out)
    add_custom_command(OUTPUT ${packed}/${out}.gz DEPENDS pledged VERBATIM COMMAND sh -c
        "mkdir -p ${packed} && $<TARGET_FILE:pledged> man ${ARGN} | gzip -9n >${packed}/${out}.gz")
endfunction()
manual_page(pledged.1)
manual_page(pledged.conf.5 conf)
configure_file(${operate}/debian/changelog.in ${packed}/changelog)
add_custom_command(OUTPUT ${packed}/changelog.Debian.gz DEPENDS ${packed}/changelog VERBATIM
    COMMAND sh -c "gzip -9nc ${packed}/changelog >${packed}/changelog.Debian.gz")
add_custom_command(OUTPUT ${packed}/bom.cdx.json DEPENDS pledged ${operate}/bom.sh VERBATIM
    COMMAND sh -c "${operate}/bom.sh $<TARGET_FILE:pledged> ${PROJECT_VERSION} >${packed}/bom.cdx.json")
add_custom_target(packed ALL DEPENDS ${packed}/pledged.1.gz ${packed}/pledged.conf.5.gz
    ${packed}/changelog.Debian.gz ${packed}/bom.cdx.json)

set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # `pledged` and `packed` are all it needs
install(TARGETS pledged)
install(FILES README.md ${operate}/threats.md ${packed}/bom.cdx.json
    DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${packed}/pledged.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${packed}/pledged.conf.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${operate}/alerts.yml ${operate}/dashboard.json
    DESTINATION ${CMAKE_INSTALL_DATADIR}/pledged)

# What belongs to a Debian system: in the package alone.
set(debian COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES ${operate}/pledged.service ${operate}/pledged-verify.service
    ${operate}/pledged-verify.timer ${operate}/pledged-backup.service
    ${operate}/pledged-backup.timer DESTINATION /lib/systemd/system ${debian})
install(FILES ${operate}/pledged.sysusers DESTINATION /usr/lib/sysusers.d RENAME pledged.conf
    ${debian})
install(FILES ${operate}/pledged.tmpfiles DESTINATION /usr/lib/tmpfiles.d RENAME pledged.conf
    ${debian})
install(FILES ${operate}/pledged.conf DESTINATION /etc/pledged ${debian})
install(FILES ${operate}/debian/copyright ${packed}/changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DOCDIR} ${debian})

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON) # absolute destinations go into the package, never onto this system
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL Unspecified debian)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_NAME pledged)
set(CPACK_PACKAGE_CONTACT "pledged maintainers <pledged@example.invalid>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "postgresql-15 | postgresql (>= 15)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "pgbackrest")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "ledger of a city's IP-pledge financing")
set(CPACK_PACKAGE_DESCRIPTION
"A daemon that records loans on pledged intellectual property in PostgreSQL,
shares losses out of a fund, pays subsidies by published rules, and makes
the quarterly report; with the commands of who runs it and who reports to it.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${operate}/debian/postinst ${operate}/debian/prerm
    ${operate}/debian/postrm ${operate}/debian/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
