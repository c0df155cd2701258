# `cpack -G DEB`, in the build folder, makes a Debian package of what is installed. It depends on the libraries that the
# program is linked with, as dpkg-shlibdeps (of dpkg-dev) finds them. To package without building the tests first, configure
# with -DEYESHIFT_TESTS=OFF.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME eyeshift)
set(CPACK_PACKAGE_VENDOR "EyeShift")
set(CPACK_PACKAGE_CONTACT "EyeShift authors <eyeshift@example.invalid>" CACHE STRING "Maintainer named in packages")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "cycle-level simulator of shift-and-add and look-up-table arithmetic")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"EyeShift quantizes a neural network, replays its layers cycle by cycle on a
SystemC model of an Eyeriss-like accelerator, and reports time, energy, area
and accuracy of multiply-accumulate, shift-and-add and look-up-table
arithmetic side by side. Accelerators, networks, energy tables, a small
trained network, texts and the scripts that plot reports come with it.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                                                WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/DebianFiles.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3-matplotlib")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, man-db")
include(CPack)
