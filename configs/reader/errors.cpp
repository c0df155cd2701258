#include "configs/reader/registry.h"
