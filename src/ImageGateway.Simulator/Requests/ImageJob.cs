using ImageGateway.Simulator.Calls;

namespace ImageGateway.Simulator.Requests;

/// <summary>A request found valid, every parameter resolved to what the model will use.</summary>
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

    /// <summary>DALL·E's default: an address instead of base64.</summary>
    public bool AsUrl { get; init; }

    public string? Style { get; init; }

    /// <summary>Together's answers say what each picture comes as.</summary>
    public bool SaysType { get; init; }

    /// <summary>xAI's answers say what they cost, in ten-billionths of a dollar.</summary>
    public long? CostTicks { get; init; }

    public IReadOnlyList<InputFile> Images { get; init; } = [];

    public bool HasMask { get; init; }

    /// <summary>What tells its stock pictures from those of other calls; null: its pictures are drawn.</summary>
    public string? Stock { get; init; }

    public string Size => $"{Width}x{Height}";

    public string Background => Transparent ? "transparent" : "opaque";
}
