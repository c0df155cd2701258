#include "configs/loaders/published_reader.h"

#include <limits>

#include "base/files/data_files.h"
#include "base/files/yaml_map.h"

namespace eyeshift {
namespace {

constexpr char kPublished[] = "configs/published";

}  // namespace

Published load_published(const std::string& path_or_name) {
  Published published;
  const auto read_quantity = [&](const std::string& name, YamlMap& map) {
    Published::Quantity quantity{name, "", published.source, "", false};
    map.text("unit", quantity.unit, "what its values count");
    map.text("source", quantity.source, "where its values are printed, if not where the others are",
             Need::optional);
    map.text("note", quantity.note, "what a reader should know of it", Need::optional);
    map.flag("partial", quantity.partial, "whether subjects may lack a value", Need::optional);
    published.quantities.push_back(quantity);
  };
  const auto read_subject = [&](const std::string& name, YamlMap& map) {
    Published::Subject subject{name, {}};
    for (const Published::Quantity& quantity : published.quantities) {
      subject.values.push_back(std::numeric_limits<double>::quiet_NaN());
      map.number(quantity.name, subject.values.back(), {1e-12, 1e12}, quantity.unit,
                 quantity.partial ? Need::optional : Need::required);
    }
    published.subjects.push_back(subject);
  };
  read_yaml(find_data_file(path_or_name, kPublished, "publication"), [&](YamlMap& map) {
    map.text("name", published.name, "the publication's name");
    map.text("source", published.source, "where the values are printed");
    map.require("quantities", "unit and source by quantity");
    map.named("quantities", read_quantity, "unit and source by quantity");
    map.named("subjects", read_subject, "values by quantity, by subject");
    map.done();
  });
  return published;
}

std::vector<std::string> published_names() { return data_file_names(kPublished); }

}  // namespace eyeshift
