#pragma once

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

#include "base/errors.h"

namespace eyeshift {

// Keys keep the order in which they are written.
using Json = nlohmann::ordered_json;

// A number; null where it is infinite or not a number, which JSON cannot say.
inline Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

// A value of an object by its key; throws InputError where there is none. `where` names the object in errors.
inline const Json& field(const Json& object, const std::string& key, const std::string& where) {
  if (!object.is_object() || !object.contains(key))
    throw InputError("this is no report of eyeshift simulate or compare: " + where + " has no '" + key + "'");
  return object.at(key);
}

// The same as a number, text or flag; throws InputError where it is none, where a whole number is expected
// and is not one, or is negative or too large for its type.
template <typename T>
T field_as(const Json& object, const std::string& key, const std::string& where) {
  const Json& value = field(object, key, where);
  bool fits = false;
  if constexpr (std::is_same_v<T, bool>)
    fits = value.is_boolean();
  else if constexpr (std::is_same_v<T, std::string>)
    fits = value.is_string();
  else if constexpr (std::is_integral_v<T>)
    fits = value.is_number_integer() && (value.is_number_unsigned() || value.get<int64_t>() >= 0) &&
           value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<T>::max());
  else
    fits = value.is_number();
  if (!fits) throw InputError(where + ": '" + key + "' cannot be " + value.dump().substr(0, 60));
  return value.get<T>();
}

// The same as a number within [min, max].
template <typename T>
T field_within(const Json& object, const std::string& key, const std::string& where, T min, T max) {
  const T number = field_as<T>(object, key, where);
  if (!(number >= min && number <= max))
    throw InputError(where + ": '" + key + "' is " + field(object, key, where).dump() + ", expected " +
                     Json(min).dump() + " to " + Json(max).dump());
  return number;
}

// The objects of a list by its key.
inline const Json& list_field(const Json& object, const std::string& key, const std::string& where) {
  const Json& value = field(object, key, where);
  if (!value.is_array()) throw InputError(where + ": '" + key + "' must be a list");
  return value;
}

}  // namespace eyeshift
