using System.Collections.Frozen;

namespace ImageGateway.Simulator;

/// <summary>A model of the providers: the parameters it accepts and its billing.</summary>
internal sealed record SimulatedModel(string Name)
{
    /// <summary>The GPT Image family: base64 responses, token usage, streams. The others are DALL·E.</summary>
    public bool IsGpt { get; init; } = true;

    public int MaxPromptLength { get; init; } = 32_000;

    public int MaxImages { get; init; } = 10;

    public string[] Sizes { get; init; } = ["1024x1024", "1024x1536", "1536x1024"];

    /// <summary>Any WIDTHxHEIGHT within <see cref="Requests.SizeRules"/>.</summary>
    public bool AnySize { get; init; }

    public string[] Qualities { get; init; } = ["low", "medium", "high"];

    /// <summary>The quality used when it is absent or <c>auto</c>.</summary>
    public string DefaultQuality { get; init; } = "high";

    public string[] InputFidelities { get; init; } = ["low", "high"];

    /// <summary>Input images are always read, and billed, in high fidelity.</summary>
    public bool AlwaysHighFidelity { get; init; }

    public int InputImageFactor { get; init; } = 1;

    /// <summary>Quality factors of the published calculator, in the order of <see cref="Qualities"/>; null: the token table.</summary>
    public int[]? QualityFactors { get; init; }
}

/// <summary>The models the simulated providers serve. Deliberately independent of the gateway's catalogue, so that one checks the other.</summary>
internal static class SimulatedModels
{
    public static readonly FrozenDictionary<string, SimulatedModel> All = new SimulatedModel[]
    {
        new("gpt-image-1"),
        new("gpt-image-1-mini") { DefaultQuality = "medium", InputFidelities = ["low"] },
        new("gpt-image-1.5"),
        new("gpt-image-2")
        {
            AnySize = true,
            InputFidelities = [],
            AlwaysHighFidelity = true,
            InputImageFactor = 2,
            QualityFactors = [16, 48, 96],
        },
        new("dall-e-3")
        {
            IsGpt = false,
            MaxPromptLength = 4_000,
            MaxImages = 1,
            Sizes = ["1024x1024", "1792x1024", "1024x1792"],
            Qualities = ["standard", "hd"],
            DefaultQuality = "standard",
        },
        new("dall-e-2")
        {
            IsGpt = false,
            MaxPromptLength = 1_000,
            Sizes = ["256x256", "512x512", "1024x1024"],
            Qualities = ["standard"],
            DefaultQuality = "standard",
        },
    }.ToFrozenDictionary(model => model.Name, StringComparer.Ordinal);

    /// <summary>Output tokens of one image by quality, for 1024x1024, 1024x1536, 1536x1024.</summary>
    public static readonly FrozenDictionary<string, int[]> OutputTokens = new Dictionary<string, int[]>(StringComparer.Ordinal)
    {
        ["low"] = [272, 408, 400],
        ["medium"] = [1056, 1584, 1568],
        ["high"] = [4160, 6240, 6208],
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
