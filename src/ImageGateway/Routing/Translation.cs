using System.Collections.Frozen;
using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>
/// The words for qualities and sizes that models of OpenAI's two families have for the same thing; a size without a pair is left
/// for <see cref="Fitness"/> to refuse.
/// </summary>
internal static class Translation
{
    // OpenAI's two families of quality words.
    private static readonly FrozenDictionary<string, string[]> Qualities = new Dictionary<string, string[]>
    {
        ["low"] = ["standard"],
        ["medium"] = ["standard"],
        ["high"] = ["hd"],
        ["standard"] = ["medium"],
        ["hd"] = ["high"],
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> Sizes = new Dictionary<string, string>
    {
        ["1536x1024"] = "1792x1024",
        ["1024x1536"] = "1024x1792",
        ["1792x1024"] = "1536x1024",
        ["1024x1792"] = "1024x1536",
    }.ToFrozenDictionary();

    /// <summary>The quality word of <paramref name="model"/> for <paramref name="quality"/>; the word itself when there is no counterpart.</summary>
    public static string Quality(string quality, Model model)
    {
        if (quality == "auto")
            return model.AutoQuality ? "auto" : model.DefaultQuality;
        if (model.Qualities.Contains(quality) || !Qualities.TryGetValue(quality, out var others))
            return quality;
        return Array.Find(others, model.Qualities.Contains) ?? quality;
    }

    /// <summary>The size of <paramref name="model"/> for <paramref name="size"/>; the size itself when there is no counterpart.</summary>
    public static string Size(string size, Model model) =>
        size != "auto" && ImageSize.TryParse(size, out var asked) && !model.Sizes.Allows(asked)
        && Sizes.TryGetValue(size, out var pair) && ImageSize.TryParse(pair, out var other) && model.Sizes.Allows(other)
            ? pair
            : size;
}
