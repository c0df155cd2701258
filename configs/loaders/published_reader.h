#pragma once

#include <string>
#include <vector>

namespace eyeshift {

// What a publication prints, as the program compares itself with it: a value of every quantity for every
// subject, such as a layer. Only read where it is compared: no simulation sees it.
struct Published {
  struct Quantity {
    std::string name;
    std::string unit;
    std::string source;
    std::string note;      // empty where there is nothing to say
    bool partial = false;  // whether subjects may lack a value
  };
  struct Subject {
    std::string name;
    std::vector<double> values;  // positive, in the order of the quantities; NaN where none is printed
  };
  std::string name;
  std::string source;
  std::vector<Quantity> quantities;
  std::vector<Subject> subjects;
};

// Reads a YAML file, or by the name of one in configs/published: {name, source, quantities: {QUANTITY: {unit,
// source, note, partial}}, subjects: {SUBJECT: {QUANTITY: value}}}; a quantity's source, note and partial may
// be left out, a value only where its quantity is partial. Throws InputError: file, line, key, value, remedy.
Published load_published(const std::string& path_or_name);

// The publications that come with the program, sorted by name.
std::vector<std::string> published_names();

}  // namespace eyeshift
