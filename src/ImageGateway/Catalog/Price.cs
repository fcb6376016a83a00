using System.Collections.Frozen;
using ImageGateway.Images;

namespace ImageGateway.Catalog;

/// <summary>The price of a model from a day on. Amounts are nano-USD per token or per image.</summary>
internal sealed record Price
{
    /// <summary>The first day (UTC) it is in force.</summary>
    public required DateOnly From { get; init; }

    public NanoUsd TextInput { get; init; }
    public NanoUsd CachedTextInput { get; init; }
    public NanoUsd ImageInput { get; init; }
    public NanoUsd CachedImageInput { get; init; }
    public NanoUsd ImageOutput { get; init; }
    public NanoUsd TextOutput { get; init; }

    /// <summary>Price of one image by quality and size, for models without tokens; null otherwise.</summary>
    public FrozenDictionary<string, FrozenDictionary<ImageSize, NanoUsd>>? PerImage { get; init; }

    /// <summary>The price of tokens at a share or multiple of this one, each rounded up.</summary>
    public Price TokensTimes(decimal factor) => new()
    {
        From = From,
        TextInput = TextInput.TimesAtMost(factor),
        CachedTextInput = CachedTextInput.TimesAtMost(factor),
        ImageInput = ImageInput.TimesAtMost(factor),
        CachedImageInput = CachedImageInput.TimesAtMost(factor),
        ImageOutput = ImageOutput.TimesAtMost(factor),
        TextOutput = TextOutput.TimesAtMost(factor),
    };
}
