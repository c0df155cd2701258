# What `cmake --install` installs, and where the program looks for the files that come with it: in share/eyeshift
# beside its folder, whatever the prefix; as built, through a link in its folder to the sources; and below the
# prefix that the build was configured for (base/files/data_places.h).
set(CMAKE_INSTALL_DOCDIR share/doc/eyeshift CACHE PATH "Folder of documents below the prefix")
include(GNUInstallDirs)

set_source_files_properties(base/files/data_places.cpp PROPERTIES
                            COMPILE_DEFINITIONS EYESHIFT_INSTALLED_DATA="${CMAKE_INSTALL_FULL_DATADIR}/eyeshift")
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share)
file(CREATE_LINK ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/share/eyeshift SYMBOLIC)

# eyeshift_install(PROGRAM): the program, its data, its manual pages, which are made whenever it is linked, completion,
# licence and documents.
function(eyeshift_install program)
  set(man ${PROJECT_BINARY_DIR}/man)
  set(man_pages ${PROJECT_SOURCE_DIR}/scripts/man_pages.sh)
  add_custom_command(TARGET ${program} POST_BUILD VERBATIM COMMENT "Writing the manual pages"
                     COMMAND sh ${man_pages} $<TARGET_FILE:${program}> ${man})
  set_target_properties(${program} PROPERTIES LINK_DEPENDS
                        "${man_pages};${PROJECT_SOURCE_DIR}/scripts/man_page.awk")

  install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  foreach(folder configs/accelerators configs/mappings configs/networks configs/published
                 energy_tables/tables traces/checkpoints traces/text)
    install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/eyeshift/${folder})
  endforeach()
  install(DIRECTORY plots/ DESTINATION ${CMAKE_INSTALL_DATADIR}/eyeshift/plots USE_SOURCE_PERMISSIONS
          FILES_MATCHING PATTERN "*.py" PATTERN "__pycache__" EXCLUDE)
  install(DIRECTORY ${man}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES sim/program/completion.bash RENAME eyeshift
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
endfunction()

# eyeshift_install_tests(PROGRAM): an installation and a package of it are used as a user would, and its instructions looked at.
# Not with sanitizers: such a program is not for others.
function(eyeshift_install_tests program)
  if(EYESHIFT_SANITIZE)
    return()
  endif()
  set(tests ${PROJECT_SOURCE_DIR}/tests/install)
  add_test(NAME installed COMMAND ${tests}/installed.sh ${PROJECT_BINARY_DIR})
  add_test(NAME package COMMAND ${tests}/package.sh ${PROJECT_BINARY_DIR})
  set_tests_properties(installed package PROPERTIES SKIP_RETURN_CODE 77)
  if(NOT EYESHIFT_NATIVE AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_test(NAME instructions COMMAND ${tests}/instructions.sh $<TARGET_FILE:${program}>)
    set_tests_properties(instructions PROPERTIES SKIP_RETURN_CODE 77)
  endif()
endfunction()
