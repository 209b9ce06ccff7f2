// The parts of the movie's page, as they lie in cli/page/.
#pragma once

#include <string_view>

namespace rota::cli {

extern const std::string_view
    kMoviePage;  // with @TITLE@, @STYLE@, @HEAD@, @TAIL@, @MODEL@ and @SCRIPT@
extern const std::string_view kMovieStyle;
extern const std::string_view kMovieScript;

}  // namespace rota::cli
