using ImageGateway.Simulator.Calls;

namespace ImageGateway.Simulator.Requests;

/// <summary>A valid request, with every parameter resolved.</summary>
internal sealed record ImageJob(SimulatedModel Model, ImageOperation Operation, string Prompt)
{
    public int Count { get; init; } = 1;

    public int Width { get; init; } = 1024;

    public int Height { get; init; } = 1024;

    public required string Quality { get; init; }

    public bool Transparent { get; init; }

    public bool Stream { get; init; }

    public int PartialImages { get; init; }

    public bool HighFidelity { get; init; }

    /// <summary>DALL·E's default: a URL instead of base64.</summary>
    public bool AsUrl { get; init; }

    public string? Style { get; init; }

    /// <summary>Together's responses state each image's format.</summary>
    public bool SaysType { get; init; }

    /// <summary>xAI's responses state their cost, in ten-billionths of a dollar.</summary>
    public long? CostTicks { get; init; }

    public IReadOnlyList<InputFile> Images { get; init; } = [];

    public bool HasMask { get; init; }

    /// <summary>Distinguishes its stock images from those of other calls; null: its images are drawn.</summary>
    public string? Stock { get; init; }

    public string Size => $"{Width}x{Height}";

    public string Background => Transparent ? "transparent" : "opaque";
}
