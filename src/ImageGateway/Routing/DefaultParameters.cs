using System.Globalization;
using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>Parameters by their wire names, for options that name them.</summary>
internal static class DefaultParameters
{
    /// <summary>Parameters that can be dropped without changing the meaning.</summary>
    public static readonly string[] WithoutMeaning = ModelWords.Takes;

    /// <summary>Parameters for which a route may set a default, in this order: what depends on the format comes behind it.</summary>
    public static readonly string[] FillIns = ["quality", "size", "output_format", "background", "output_compression", "moderation", "style"];

    /// <summary>The parameters with one value replaced; null removes it.</summary>
    public static ImageParameters With(ImageParameters parameters, string name, string? value) => name switch
    {
        "quality" => parameters with { Quality = value },
        "size" => parameters with { Size = value },
        "background" => parameters with { Background = value },
        "output_format" => parameters with { OutputFormat = value },
        "moderation" => parameters with { Moderation = value },
        "style" => parameters with { Style = value },
        "user" => parameters with { User = value },
        "output_compression" => parameters with { OutputCompression = value is null ? null : int.Parse(value, CultureInfo.InvariantCulture) },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such parameter"),
    };
}
