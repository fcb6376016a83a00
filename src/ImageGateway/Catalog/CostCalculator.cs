using ImageGateway.Images;

namespace ImageGateway.Catalog;

/// <summary>The inputs of a job's cost, with quality and size resolved.</summary>
/// <param name="Quality">A quality word of the model.</param>
/// <param name="Size">The size in pixels; null: the most expensive one of the model.</param>
/// <param name="Images">Number of images requested.</param>
/// <param name="TextTokens">Tokens of the prompt.</param>
internal readonly record struct JobShape(string Quality, ImageSize? Size, int Images, long TextTokens)
{
    /// <summary>Partial images streamed before each final one.</summary>
    public int PartialImages { get; init; }

    /// <summary>Input tokens of all input images, by <see cref="TokenRule.InputTokens"/>.</summary>
    public long ImageInputTokens { get; init; }
}

/// <summary>Cost as pure functions over the catalogue: integers in, exact nano-USD out.</summary>
internal static class CostCalculator
{
    /// <summary>The tokens of a job by the table; null when the model has none for this quality and size.</summary>
    public static TokenUsage? Tokens(Model model, JobShape shape)
    {
        if (model.Tokens is not { } rule)
            return null;
        var picture = shape.Size is { } size ? rule.Output.For(shape.Quality, size) : rule.Output.Dearest(shape.Quality);
        if (picture is not { } tokens)
            return null;
        var output = (tokens + ((long)shape.PartialImages * rule.PerPartialImage)) * shape.Images;
        return new TokenUsage(shape.TextTokens, shape.ImageInputTokens, 0, 0, output, rule.AssumedTextOutput);
    }

    /// <summary>The cost of a usage. Cached tokens are part of the input counts and are priced at their own rate instead.</summary>
    public static NanoUsd Charge(Price price, TokenUsage usage) =>
        (price.TextInput * (usage.TextInput - usage.CachedTextInput))
        + (price.CachedTextInput * usage.CachedTextInput)
        + (price.ImageInput * (usage.ImageInput - usage.CachedImageInput))
        + (price.CachedImageInput * usage.CachedImageInput)
        + (price.ImageOutput * usage.ImageOutput)
        + (price.TextOutput * usage.TextOutput);

    /// <summary>The cost of a job by the table, for tokens or images; null when the catalogue has no price.</summary>
    public static NanoUsd? ByTable(Model model, Price price, JobShape shape)
    {
        if (price.PerImage is null)
            return Tokens(model, shape) is { } usage ? Charge(price, usage) : null;
        if (!price.PerImage.TryGetValue(shape.Quality, out var sizes))
            return null;
        if (shape.Size is not { } size)
            return new NanoUsd(sizes.Values.Max(amount => amount.Value)) * shape.Images;
        return sizes.TryGetValue(size, out var each) ? each * shape.Images : null;
    }
}
