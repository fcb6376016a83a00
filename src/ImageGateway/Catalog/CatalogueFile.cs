using System.Collections.Frozen;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Catalog;

/// <summary>The catalogue as written in <c>config/models.json</c>. Prices are USD per million tokens or per image.</summary>
/// <param name="Version">The version of the price book, which ledger entries record.</param>
/// <param name="Models">The models by name.</param>
internal sealed record CatalogueFile(string Version, Dictionary<string, ModelEntry?> Models);

/// <summary>A model as written in the file; <see cref="Model"/> explains each part.</summary>
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
    public string[] Takes { get; init; } = [];
    public bool Mask { get; init; }
    public bool JsonEdits { get; init; }
    public bool Stream { get; init; }
    public int MaxPartialImages { get; init; }
    public TokensEntry? Tokens { get; init; }
    public Dictionary<string, DateOnly> Shutdown { get; init; } = [];
    public string? Successor { get; init; }

    /// <summary>Converts the entry; null when it is invalid, with the reasons in <paramref name="mistakes"/>.</summary>
    public Model? ToModel(string name, Mistakes mistakes)
    {
        var before = mistakes.All.Count;
        Check(mistakes);
        // Tokens and prices are checked against qualities and sizes, which must be valid first.
        if (mistakes.All.Count > before)
            return null;
        Tokens?.Check(this, mistakes);
        foreach (var price in Prices)
            price.Check(this, mistakes);
        return mistakes.All.Count > before ? null : Whole(name);
    }

    private void Check(Mistakes mistakes)
    {
        mistakes.Unless(Operations.Length > 0, nameof(Operations), "at least one operation is required");
        mistakes.Unless(Qualities.Length > 0 && !Qualities.Contains(null), nameof(Qualities), "at least one quality is required, and none may be null");
        mistakes.Unless(Qualities.Contains(DefaultQuality), nameof(DefaultQuality), $"'{DefaultQuality}' is not one of the qualities");
        mistakes.Unless(MaxN is >= 1 and <= 10, nameof(MaxN), $"{MaxN} is not within 1 to 10");
        mistakes.Unless(MaxPrompt > 0, nameof(MaxPrompt), $"{MaxPrompt} is not above 0");
        mistakes.Unless(MaxImages is >= 0 and <= 16, nameof(MaxImages), $"{MaxImages} is not within 0 to 16");
        mistakes.Unless(MaxPartialImages is >= 0 and <= 3, nameof(MaxPartialImages), $"{MaxPartialImages} is not within 0 to 3");
        mistakes.Unless(!Prices.Contains(null), nameof(Prices), "a price is null");
        mistakes.Unless(Prices.Select(price => price?.From).Distinct().Count() == Prices.Length, nameof(Prices), "two prices begin on the same day");
        ModelWords.Check(this, mistakes);
        Sizes.Check(mistakes);
    }

    private Model Whole(string name)
    {
        var sizes = Sizes.ToRule();
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
            Takes = Takes.ToFrozenSet(),
            Mask = Mask,
            JsonEdits = JsonEdits,
            Stream = Stream,
            MaxPartialImages = MaxPartialImages,
            Tokens = Tokens?.ToRule(sizes),
            Prices = [.. Prices.OrderBy(price => price.From).Select(price => price.ToPrice())],
            Shutdown = Shutdown.ToFrozenDictionary(),
            Successor = Successor,
        };
    }
}

/// <summary>Sizes: a list, and bounds for other sizes if the model allows them.</summary>
internal sealed record SizesEntry(string[] List)
{
    public bool Auto { get; init; }
    public SizeBounds? Bounds { get; init; }

    public void Check(Mistakes mistakes)
    {
        mistakes.Unless(List.Length > 0, "Sizes:List", "at least one size is required");
        foreach (var text in List)
            mistakes.Unless(ImageSize.TryParse(text, out _), "Sizes:List", $"'{text}' is not WIDTHxHEIGHT");
        mistakes.Unless(Bounds is null or { Multiple: > 0, MaxEdge: > 0 and <= 16_384, MaxRatio: > 0 }, "Sizes:Bounds", "Multiple, MaxEdge (to 16384) and MaxRatio must be above 0");
    }

    public SizeRule ToRule() => new() { List = [.. List.Select(Size)], Auto = Auto, Bounds = Bounds };

    /// <summary>A size that has been validated.</summary>
    public static ImageSize Size(string text) => ImageSize.TryParse(text, out var size) ? size : throw new FormatException(text);
}

/// <summary>The token-cost table: <c>Output</c> by quality and size, or <c>Factors</c> of the formula by quality.</summary>
internal sealed record TokensEntry
{
    // A larger number is a mistake, and could lead to a cost that does not fit.
    private const int MaxCount = 1_000_000;

    public Dictionary<string, Dictionary<string, long>?>? Output { get; init; }
    public Dictionary<string, long>? Factors { get; init; }
    public int PerPartialImage { get; init; }
    public TileRule? InputImage { get; init; }
    public int AssumedInputImage { get; init; }
    public int AssumedTextOutput { get; init; }

    public void Check(ModelEntry model, Mistakes mistakes)
    {
        mistakes.Unless(Output is null != Factors is null, "Tokens", "exactly one of Output and Factors is required");
        IEnumerable<string> known = Output is not null ? Output.Keys : Factors?.Keys.AsEnumerable() ?? [];
        mistakes.Unless(model.Qualities.Order().SequenceEqual(known.Order()), "Tokens", "its qualities differ from the model's");
        foreach (var (quality, row) in Output ?? [])
            mistakes.Unless(row is not null && row.Keys.Order().SequenceEqual(model.Sizes.List.Order()), $"Tokens:Output:{quality}", "its sizes differ from the model's");
        var counts = (Output?.Values.SelectMany(row => row?.Values.AsEnumerable() ?? []) ?? []).Concat(Factors?.Values.AsEnumerable() ?? []);
        mistakes.Unless(counts.All(tokens => tokens is > 0 and <= MaxCount), "Tokens", $"tokens and factors must be 1 to {MaxCount}");
        mistakes.Unless(PerPartialImage >= 0 && AssumedInputImage >= 0 && AssumedTextOutput >= 0, "Tokens", "PerPartialImage, AssumedInputImage and AssumedTextOutput must not be negative");
        mistakes.Unless(InputImage is null or { Base: >= 0, PerTile: >= 0, HighSquare: >= 0, HighOther: >= 0 }, "Tokens:InputImage", "must not be negative");
        mistakes.Unless(!model.Operations.Contains(Operation.Edit) || InputImage is not null || AssumedInputImage > 0, "Tokens", "InputImage or AssumedInputImage is required for edits");
    }

    public TokenRule ToRule(SizeRule sizes) => new()
    {
        Output = Factors is not null
            ? new OutputFormula(Factors.ToFrozenDictionary(), sizes)
            : new OutputTable((Output ?? []).ToFrozenDictionary(
                row => row.Key,
                row => row.Value!.ToFrozenDictionary(cell => SizesEntry.Size(cell.Key), cell => cell.Value))),
        PerPartialImage = PerPartialImage,
        InputImage = InputImage,
        AssumedInputImage = AssumedInputImage,
        AssumedTextOutput = AssumedTextOutput,
    };
}

/// <summary>A price as written in the file: USD per million tokens, or <c>PerImage</c> USD by quality and size.</summary>
internal sealed record PriceEntry(DateOnly From)
{
    private const decimal Million = 1_000_000;

    public decimal TextInput { get; init; }
    public decimal CachedTextInput { get; init; }
    public decimal ImageInput { get; init; }
    public decimal CachedImageInput { get; init; }
    public decimal ImageOutput { get; init; }
    public decimal TextOutput { get; init; }
    public Dictionary<string, Dictionary<string, decimal>?>? PerImage { get; init; }

    public void Check(ModelEntry model, Mistakes mistakes)
    {
        foreach (var (name, usd) in PerMillion)
            mistakes.Unless(usd >= 0 && NanoUsd.TryFromUsd(usd / Million, out _), $"Prices:{name}", "is negative, or not a whole number of nano-USD per token");
        mistakes.Unless(model.Tokens is null || PerImage is not null || ImageOutput > 0, $"Prices:{nameof(ImageOutput)}", "must be above 0 for a model that is priced by tokens, or its images would be free");
        if (PerImage is null)
            return;
        mistakes.Unless(model.Qualities.Order().SequenceEqual(PerImage.Keys.Order()), "Prices:PerImage", "its qualities differ from the model's");
        foreach (var (quality, row) in PerImage)
        {
            mistakes.Unless(row is not null && row.Keys.Order().SequenceEqual(model.Sizes.List.Order()), $"Prices:PerImage:{quality}", "its sizes differ from the model's");
            foreach (var (size, usd) in row ?? [])
                mistakes.Unless(usd >= 0 && NanoUsd.TryFromUsd(usd, out _), $"Prices:PerImage:{quality}:{size}", "is negative, or not a whole number of nano-USD");
        }
    }

    public Price ToPrice() => new()
    {
        From = From,
        TextInput = Amount(TextInput / Million),
        CachedTextInput = Amount(CachedTextInput / Million),
        ImageInput = Amount(ImageInput / Million),
        CachedImageInput = Amount(CachedImageInput / Million),
        ImageOutput = Amount(ImageOutput / Million),
        TextOutput = Amount(TextOutput / Million),
        PerImage = PerImage?.ToFrozenDictionary(
            row => row.Key,
            row => row.Value!.ToFrozenDictionary(cell => SizesEntry.Size(cell.Key), cell => Amount(cell.Value))),
    };

    private IEnumerable<(string Name, decimal Usd)> PerMillion =>
    [
        (nameof(TextInput), TextInput), (nameof(CachedTextInput), CachedTextInput), (nameof(ImageInput), ImageInput),
        (nameof(CachedImageInput), CachedImageInput), (nameof(ImageOutput), ImageOutput), (nameof(TextOutput), TextOutput),
    ];

    private static NanoUsd Amount(decimal usd) => NanoUsd.TryFromUsd(usd, out var amount) ? amount : throw new FormatException($"{usd}");
}
