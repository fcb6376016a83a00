using System.Collections.Frozen;
using ImageGateway.Images;

namespace ImageGateway.Catalog;

/// <summary>The token-cost table: the tokens of a job, before the provider reports them.</summary>
internal sealed record TokenRule
{
    /// <summary>Output tokens of one image, by quality and size.</summary>
    public required IOutputTokens Output { get; init; }

    /// <summary>Output tokens of each partial image; 100 (OpenAI's image guide, "Partial images cost").</summary>
    public int PerPartialImage { get; init; }

    /// <summary>Input tokens of an image; null: the provider publishes no rule.</summary>
    public TileRule? InputImage { get; init; }

    /// <summary>The assumed maximum for one input image if there is no rule.</summary>
    public int AssumedInputImage { get; init; }

    /// <summary>The assumed maximum of text output tokens per job, if the provider bills them and publishes no rule.</summary>
    public int AssumedTextOutput { get; init; }

    /// <summary>Tokens of one input image.</summary>
    public long InputTokens(int width, int height, bool highFidelity) => InputImage?.Tokens(width, height, highFidelity) ?? AssumedInputImage;
}

/// <summary>
/// Input tokens of an image: fitted into 2048 x 2048, scaled so that its shorter side is 512, then counted in 512-pixel tiles
/// (OpenAI's image guide, gpt-image-1): <c>Base + PerTile * tiles</c>, and more at high fidelity.
/// </summary>
internal sealed record TileRule(int Base, int PerTile, int HighSquare, int HighOther)
{
    public long Tokens(int width, int height, bool highFidelity)
    {
        // Both scalings keep the ratio, and the shorter side ends up as one tile, so the number of tiles is the ratio, rounded
        // up.
        long shorter = Math.Min(width, height), longer = Math.Max(width, height);
        var tiles = (longer + shorter - 1) / shorter;
        var fidelity = !highFidelity ? 0 : width == height ? HighSquare : HighOther;
        return Base + (PerTile * tiles) + fidelity;
    }
}

/// <summary>Output tokens of one image: from a table, or by a formula.</summary>
internal interface IOutputTokens
{
    /// <summary>Tokens of an image; null when the quality or size is unknown here.</summary>
    long? For(string quality, ImageSize size);

    /// <summary>Tokens of the most expensive size at this quality; null when the quality is unknown here.</summary>
    long? Dearest(string quality);
}

/// <summary>Output tokens as listed in the provider's table.</summary>
internal sealed class OutputTable(FrozenDictionary<string, FrozenDictionary<ImageSize, long>> table) : IOutputTokens
{
    public long? For(string quality, ImageSize size) =>
        table.TryGetValue(quality, out var sizes) && sizes.TryGetValue(size, out var tokens) ? tokens : null;

    public long? Dearest(string quality) => table.TryGetValue(quality, out var sizes) ? sizes.Values.Max() : null;
}

/// <summary>
/// Output tokens by the provider's calculator, with a factor f per quality, L the longer and S the shorter edge: <c>ceil(f *
/// roundHalfEven(f * S / L) * (2 000 000 + width * height) / 4 000 000)</c>.
/// </summary>
internal sealed class OutputFormula(FrozenDictionary<string, long> factors, SizeRule sizes) : IOutputTokens
{
    private readonly FrozenDictionary<string, long> _dearest = factors.ToFrozenDictionary(
        factor => factor.Key,
        factor => sizes.List.Concat(sizes.Bounds?.All() ?? []).Max(size => Tokens(factor.Value, size)));

    public long? For(string quality, ImageSize size) => factors.TryGetValue(quality, out var factor) ? Tokens(factor, size) : null;

    // Not monotone in the size: 2048x2048 takes more than 3840x2160.
    public long? Dearest(string quality) => _dearest.TryGetValue(quality, out var tokens) ? tokens : null;

    private static long Tokens(long factor, ImageSize size)
    {
        long shorter = Math.Min(size.Width, size.Height), longer = Math.Max(size.Width, size.Height);
        var rows = RoundHalfEven(factor * shorter, longer);
        var pixels = 2_000_000 + ((long)size.Width * size.Height);
        return ((factor * rows * pixels) + 3_999_999) / 4_000_000;
    }

    private static long RoundHalfEven(long numerator, long denominator)
    {
        var (quotient, remainder) = Math.DivRem(numerator, denominator);
        var up = (2 * remainder) > denominator || ((2 * remainder) == denominator && (quotient & 1) == 1);
        return up ? quotient + 1 : quotient;
    }
}
