using System.Globalization;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Providers.OpenAiCompatible;

/// <summary>A size as an aspect ratio and, where a provider has them, a resolution: <c>3:2</c>, <c>1k</c>.</summary>
internal sealed record AspectRatio(ImageSize Size, string Ratio, string? Resolution)
{
    /// <summary>The distance of a size from this one: ln of the quotients, first of the ratios, then of the pixels.</summary>
    public (double Ratio, double Pixels) DistanceTo(ImageSize size) =>
        (Math.Abs(Math.Log((double)size.Width * Size.Height / ((double)size.Height * Size.Width))),
         Math.Abs(Math.Log((double)size.Width * size.Height / ((double)Size.Width * Size.Height))));
}

/// <summary>The aspect ratios by which a provider names sizes.</summary>
internal sealed class AspectRatios
{
    // xAI's names; an image of 1k has about a megapixel, whatever its ratio.
    private static readonly KeyValuePair<string, string>[] Usual =
    [
        new("1024x1024", "1:1 1k"), new("1536x1024", "3:2 1k"), new("1024x1536", "2:3 1k"), new("1792x1024", "16:9 1k"),
        new("1024x1792", "9:16 1k"), new("2048x2048", "1:1 2k"), new("3840x2160", "16:9 2k"), new("2160x3840", "9:16 2k"),
    ];

    private readonly List<AspectRatio> _all = [];

    private AspectRatios() { }

    /// <summary>Reads the table; the usual one if it is empty. Mistakes are reported by size.</summary>
    public static AspectRatios Read(Dictionary<string, string> options, Mistakes here)
    {
        var ratios = new AspectRatios();
        foreach (var (size, words) in options.Count == 0 ? Usual : options.AsEnumerable())
        {
            if (!ImageSize.TryParse(size, out var parsed))
                here.Add(size, "is not WIDTHxHEIGHT");
            else if (words.Split(' ') is not [var ratio, .. { Length: <= 1 } rest] || !IsRatio(ratio) || rest is [""])
                here.Add(size, $"'{words}' is not a ratio such as '3:2', or '3:2 1k' with a resolution");
            else
                ratios._all.Add(new AspectRatio(parsed, ratio, rest is [var resolution] ? resolution : null));
        }
        return ratios;
    }

    /// <summary>The nearest by ratio, and of those the nearest by pixels.</summary>
    public AspectRatio Nearest(ImageSize size)
    {
        var nearest = _all[0];
        foreach (var ratio in _all)
        {
            if (ratio.DistanceTo(size).CompareTo(nearest.DistanceTo(size)) < 0)
                nearest = ratio;
        }
        return nearest;
    }

    private static bool IsRatio(string text) =>
        text.Split(':') is [var width, var height] && IsNumber(width) && IsNumber(height);

    private static bool IsNumber(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
}
