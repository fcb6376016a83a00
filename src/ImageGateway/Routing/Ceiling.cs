using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>The highest allowed quality of a route or a limit.</summary>
internal static class Ceiling
{
    /// <summary>
    /// The model's quality word to lower to; null when <paramref name="quality"/> is not above <paramref name="ceiling"/>.
    /// <c>auto</c> counts as the model's highest.
    /// </summary>
    public static string? Quality(string? quality, string? ceiling, Model model)
    {
        if (ceiling is null || quality is null)
            return null;
        var highest = Rank(Translation.Quality(ceiling, model), model);
        var asked = quality == "auto" ? model.Qualities.Count - 1 : Rank(quality, model);
        return highest >= 0 && asked > highest ? model.Qualities[highest] : null;
    }

    /// <summary>Why a route that refuses jobs above its ceiling refuses this quality; null when it does not.</summary>
    public static Misfit? Misfit(string? quality, RoutePolicy route, Model model) =>
        route.OnCeiling == CeilingAction.Refuse && Quality(quality, route.MaxQuality, model) is { } highest
            ? new Misfit("quality", GatewayException.Invalid("quality", quality!, $"at most {highest} on the route '{route.Name}'").Message)
            : null;

    /// <summary>The quality words of the models, if none of them knows <paramref name="word"/>; null if one does, or there are no models.</summary>
    public static string? Others(string word, IEnumerable<Model> models)
    {
        var words = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var model in models)
        {
            if (Knows(word, model))
                return null;
            words.UnionWith(model.Qualities);
        }
        return words.Count == 0 ? null : string.Join(", ", words);
    }

    // A word that leaves the choice to the model is no ceiling.
    private static bool Knows(string word, Model model) => word != "auto" && Rank(Translation.Quality(word, model), model) >= 0;

    private static int Rank(string word, Model model)
    {
        for (var i = 0; i < model.Qualities.Count; i++)
        {
            if (model.Qualities[i] == word)
                return i;
        }
        return -1;
    }
}
