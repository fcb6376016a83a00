using System.Globalization;

namespace ImageGateway.Images;

/// <summary>The parameters of a job that the gateway understands; null means absent.</summary>
internal sealed record ImageParameters
{
    /// <summary>The number of images, 1 to 10; absent means 1.</summary>
    public int? N { get; init; }

    /// <summary><c>WIDTHxHEIGHT</c> in pixels, or <c>auto</c>.</summary>
    public string? Size { get; init; }

    /// <summary>A quality word of the model, or <c>auto</c>.</summary>
    public string? Quality { get; init; }

    /// <summary><c>transparent</c>, <c>opaque</c> or <c>auto</c>.</summary>
    public string? Background { get; init; }

    /// <summary>The image file format: <c>png</c>, <c>jpeg</c>, <c>webp</c>.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>0 to 100, for jpeg and webp.</summary>
    public int? OutputCompression { get; init; }

    /// <summary><c>url</c> or <c>b64_json</c>.</summary>
    public string? ResponseFormat { get; init; }

    /// <summary><c>high</c> or <c>low</c>: how closely an edit keeps to its inputs.</summary>
    public string? InputFidelity { get; init; }

    /// <summary>Server-sent events instead of one JSON response.</summary>
    public bool Stream { get; init; }

    /// <summary>Partial images before the final one, 0 to 3; only with <see cref="Stream"/>.</summary>
    public int? PartialImages { get; init; }

    /// <summary><c>vivid</c> or <c>natural</c>.</summary>
    public string? Style { get; init; }

    /// <summary><c>auto</c> or <c>low</c>.</summary>
    public string? Moderation { get; init; }

    /// <summary>The end user's id.</summary>
    public string? User { get; init; }

    /// <summary>The total number of requested images.</summary>
    public int Count => N ?? 1;

    /// <summary>A parameter's value by its wire name, as text; null when absent.</summary>
    public string? Value(string name) => name switch
    {
        "quality" => Quality,
        "size" => Size,
        "background" => Background,
        "output_format" => OutputFormat,
        "output_compression" => OutputCompression?.ToString(CultureInfo.InvariantCulture),
        "response_format" => ResponseFormat,
        "input_fidelity" => InputFidelity,
        "moderation" => Moderation,
        "style" => Style,
        "user" => User,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such parameter"),
    };
}
