using System.Collections.Frozen;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Catalog;

/// <summary>The catalogue as <c>config/models.json</c> writes it. Prices are USD for a million tokens or for one picture.</summary>
/// <param name="Version">The version of the price book; ledger entries name it.</param>
/// <param name="Models">The models by name.</param>
internal sealed record CatalogueFile(string Version, Dictionary<string, ModelEntry> Models);

/// <summary>A model as the file writes it; <see cref="Model"/> says what each part means.</summary>
internal sealed record ModelEntry(
    string Family, string OwnedBy, DateOnly Released, Operation[] Operations, SizesEntry Sizes,
    string[] Qualities, string DefaultQuality, int MaxN, int MaxPrompt, PriceEntry[] Prices)
{
    public bool AutoQuality { get; init; }
    public int MaxImages { get; init; }
    public string[] Backgrounds { get; init; } = [];
    public string[] Formats { get; init; } = [];
    public string[] Fidelities { get; init; } = [];
    public string[] ResponseFormats { get; init; } = [];
    public bool Mask { get; init; }
    public bool JsonEdits { get; init; }
    public bool Stream { get; init; }
    public int MaxPartialImages { get; init; }
    public TokensEntry? Tokens { get; init; }
    public Dictionary<string, DateOnly> Shutdown { get; init; } = [];
    public string? Successor { get; init; }

    /// <summary>The entry as the catalogue keeps it; what is wrong with it goes to <paramref name="mistakes"/>.</summary>
    public Model ToModel(string name, Mistakes mistakes)
    {
        mistakes.Unless(Operations.Length > 0, nameof(Operations), "at least one operation is needed");
        mistakes.Unless(Qualities.Length > 0, nameof(Qualities), "at least one quality is needed");
        mistakes.Unless(Qualities.Contains(DefaultQuality), nameof(DefaultQuality), $"'{DefaultQuality}' is not one of the qualities");
        mistakes.Unless(MaxN is >= 1 and <= 10, nameof(MaxN), $"{MaxN} is not within 1 to 10");
        mistakes.Unless(MaxPrompt > 0, nameof(MaxPrompt), $"{MaxPrompt} is not above 0");
        mistakes.Unless(MaxImages is >= 0 and <= 16, nameof(MaxImages), $"{MaxImages} is not within 0 to 16");
        mistakes.Unless(MaxPartialImages is >= 0 and <= 3, nameof(MaxPartialImages), $"{MaxPartialImages} is not within 0 to 3");
        mistakes.Unless(Prices.Select(p => p.From).Distinct().Count() == Prices.Length, nameof(Prices), "two prices begin on the same day");
        var sizes = Sizes.ToRule(mistakes);
        return new Model
        {
            Name = name,
            Family = Family,
            OwnedBy = OwnedBy,
            Released = Released,
            Operations = Operations.ToFrozenSet(),
            Sizes = sizes,
            Qualities = Qualities,
            DefaultQuality = DefaultQuality,
            AutoQuality = AutoQuality,
            MaxN = MaxN,
            MaxPrompt = MaxPrompt,
            MaxImages = MaxImages,
            Backgrounds = Backgrounds.ToFrozenSet(),
            Formats = Formats.ToFrozenSet(),
            Fidelities = Fidelities.ToFrozenSet(),
            ResponseFormats = ResponseFormats,
            Mask = Mask,
            JsonEdits = JsonEdits,
            Stream = Stream,
            MaxPartialImages = MaxPartialImages,
            Tokens = Tokens?.ToRule(this, sizes, mistakes),
            Prices = [.. Prices.OrderBy(price => price.From).Select(price => price.ToPrice(mistakes))],
            Shutdown = Shutdown.ToFrozenDictionary(),
            Successor = Successor,
        };
    }
}

/// <summary>Sizes: a list, and bounds for any other where the model has them.</summary>
internal sealed record SizesEntry(string[] List)
{
    public bool Auto { get; init; }
    public SizeBounds? Bounds { get; init; }

    public SizeRule ToRule(Mistakes mistakes)
    {
        mistakes.Unless(List.Length > 0, "Sizes:List", "at least one size is needed");
        mistakes.Unless(Bounds is null or { Multiple: > 0, MaxEdge: > 0 and <= 16_384, MaxRatio: > 0 }, "Sizes:Bounds", "Multiple, MaxEdge (to 16384) and MaxRatio must be above 0");
        return new SizeRule { List = [.. List.Select(text => Size(text, "Sizes:List", mistakes))], Auto = Auto, Bounds = Bounds };
    }

    public static ImageSize Size(string text, string option, Mistakes mistakes)
    {
        mistakes.Unless(ImageSize.TryParse(text, out var size), option, $"'{text}' is not WIDTHxHEIGHT");
        return size;
    }
}

/// <summary>The token-cost table: <c>Output</c> by quality and size, or <c>Factors</c> of the formula by quality.</summary>
internal sealed record TokensEntry
{
    public Dictionary<string, Dictionary<string, long>>? Output { get; init; }
    public Dictionary<string, long>? Factors { get; init; }
    public int PerPartialImage { get; init; }
    public TileRule? InputImage { get; init; }
    public int AssumedInputImage { get; init; }
    public int AssumedTextOutput { get; init; }

    public TokenRule ToRule(ModelEntry model, SizeRule sizes, Mistakes mistakes)
    {
        mistakes.Unless(Output is null != Factors is null, "Tokens", "exactly one of Output and Factors is needed");
        IEnumerable<string> known = Output is not null ? Output.Keys : Factors?.Keys.AsEnumerable() ?? [];
        IEnumerable<long> counts = Output is not null ? Output.Values.SelectMany(row => row.Values) : Factors?.Values.AsEnumerable() ?? [];
        mistakes.Unless(model.Qualities.Order().SequenceEqual(known.Order()), "Tokens", "its qualities are not the model's");
        foreach (var (quality, row) in Output ?? [])
            mistakes.Unless(row.Keys.Order().SequenceEqual(model.Sizes.List.Order()), $"Tokens:Output:{quality}", "its sizes are not the model's");
        mistakes.Unless(counts.All(tokens => tokens > 0), "Tokens", "tokens must be above 0");
        mistakes.Unless(!model.Operations.Contains(Operation.Edit) || InputImage is not null || AssumedInputImage > 0, "Tokens", "InputImage or AssumedInputImage is needed for edits");
        return new TokenRule
        {
            Output = Factors is not null
                ? new OutputFormula(Factors.ToFrozenDictionary(), sizes)
                : new OutputTable((Output ?? []).ToFrozenDictionary(
                    row => row.Key,
                    row => row.Value.ToFrozenDictionary(cell => SizesEntry.Size(cell.Key, $"Tokens:Output:{row.Key}", mistakes), cell => cell.Value))),
            PerPartialImage = PerPartialImage,
            InputImage = InputImage,
            AssumedInputImage = AssumedInputImage,
            AssumedTextOutput = AssumedTextOutput,
        };
    }
}

/// <summary>A price as the file writes it: USD for a million tokens, or <c>PerImage</c> USD by quality and size.</summary>
internal sealed record PriceEntry(DateOnly From)
{
    public decimal TextInput { get; init; }
    public decimal CachedTextInput { get; init; }
    public decimal ImageInput { get; init; }
    public decimal CachedImageInput { get; init; }
    public decimal ImageOutput { get; init; }
    public decimal TextOutput { get; init; }
    public Dictionary<string, Dictionary<string, decimal>>? PerImage { get; init; }

    public Price ToPrice(Mistakes mistakes) => new()
    {
        From = From,
        TextInput = PerToken(TextInput, nameof(TextInput), mistakes),
        CachedTextInput = PerToken(CachedTextInput, nameof(CachedTextInput), mistakes),
        ImageInput = PerToken(ImageInput, nameof(ImageInput), mistakes),
        CachedImageInput = PerToken(CachedImageInput, nameof(CachedImageInput), mistakes),
        ImageOutput = PerToken(ImageOutput, nameof(ImageOutput), mistakes),
        TextOutput = PerToken(TextOutput, nameof(TextOutput), mistakes),
        PerImage = PerImage?.ToFrozenDictionary(
            row => row.Key,
            row => row.Value.ToFrozenDictionary(
                cell => SizesEntry.Size(cell.Key, "Prices:PerImage", mistakes),
                cell => Amount(cell.Value, "Prices:PerImage", mistakes))),
    };

    private static NanoUsd PerToken(decimal usdPerMillion, string option, Mistakes mistakes) => Amount(usdPerMillion / 1_000_000, $"Prices:{option}", mistakes);

    private static NanoUsd Amount(decimal usd, string option, Mistakes mistakes)
    {
        mistakes.Unless(usd >= 0 && NanoUsd.TryFromUsd(usd, out _), option, "is negative, or no whole number of nano-USD");
        NanoUsd.TryFromUsd(usd, out var amount);
        return amount;
    }
}
