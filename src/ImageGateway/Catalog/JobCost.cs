using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Catalog;

/// <summary>A cost estimate of a job: tokens, or images at <see cref="PerImage"/> each.</summary>
/// <param name="Price">The price of its tokens.</param>
/// <param name="Usage">Its tokens; all zero for a model priced per image.</param>
/// <param name="Images">Number of images.</param>
/// <param name="PerImage">The price of one image, for a model priced per image; else null.</param>
internal sealed record CostEstimate(Price Price, TokenUsage Usage, int Images, NanoUsd? PerImage)
{
    /// <summary>The cost.</summary>
    public NanoUsd Amount => PerImage is { } each ? each * Images : CostCalculator.Charge(Price, Usage);

    /// <summary>Output tokens, of images and of text.</summary>
    public long OutputTokens => Usage.ImageOutput + Usage.TextOutput;

    /// <summary>
    /// The same at a share or multiple of the price. The price of each token or image is rounded up, so that a worst case stays
    /// one: the actual charge is rounded once per call.
    /// </summary>
    public CostEstimate Times(decimal factor) => factor == 1 ? this : this with { Price = Price.TokensTimes(factor), PerImage = PerImage?.TimesAtMost(factor) };
}

/// <summary>The cost of a job by the catalogue, in the worst case and as expected. Pure.</summary>
internal static class JobCost
{
    // The gateway does not see an image behind a provider's file id, and no provider publishes its maximum width. Models
    // generate at most three to one.
    private const int WidestFile = 20;

    /// <summary>The size assumed for models when the request names none.</summary>
    public static readonly ImageSize UsualSize = new(1024, 1024);

    /// <summary>
    /// The worst case: a text token for every UTF-8 byte of the prompt, the most expensive size when it is absent or
    /// <c>auto</c>, the most expensive quality when it is <c>auto</c>. Null when the catalogue has no price.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="sent">Its parameters in the model's dialect.</param>
    /// <param name="model">The model.</param>
    /// <param name="price">The model's price.</param>
    /// <param name="calls">Calls over which the images are spread; each reads the prompt and the input images.</param>
    public static CostEstimate? Worst(ImageJob job, ImageParameters sent, Model model, Price price, int calls)
    {
        var size = ImageSize.TryParse(sent.Size, out var asked) ? asked : (ImageSize?)null;
        var text = (long)Encoding.UTF8.GetByteCount(job.Prompt);
        return Dearest(model, sent.Quality, quality => Estimate(job, sent, model, price, calls, quality, size, text, model.Tokens?.AssumedTextOutput ?? 0));
    }

    /// <summary>The expected cost: a text token per four bytes, the requested size or 1024x1024, the default quality for <c>auto</c>.</summary>
    public static CostEstimate? Expected(ImageJob job, ImageParameters sent, Model model, Price price, int calls)
    {
        var size = ImageSize.TryParse(sent.Size, out var asked) ? asked : UsualSize;
        var text = ((long)Encoding.UTF8.GetByteCount(job.Prompt) + 3) / 4;
        var quality = sent.Quality is null or "auto" ? model.DefaultQuality : sent.Quality;
        return Estimate(job, sent, model, price, calls, quality, size, text, 0);
    }

    private static CostEstimate? Dearest(Model model, string? quality, Func<string, CostEstimate?> estimate)
    {
        if (quality is not null and not "auto")
            return estimate(quality);
        CostEstimate? dearest = null;
        foreach (var word in model.Qualities)
        {
            if (estimate(word) is { } cost && (dearest is null || cost.Amount.Value > dearest.Amount.Value))
                dearest = cost;
        }
        return dearest;
    }

    private static CostEstimate? Estimate(
        ImageJob job, ImageParameters sent, Model model, Price price, int calls, string quality, ImageSize? size, long textTokens, long textOutput)
    {
        var shape = new JobShape(quality, size, sent.Count, textTokens * calls)
        {
            PartialImages = sent.Stream ? sent.PartialImages ?? 0 : 0,
            ImageInputTokens = InputTokens(job, sent, model) * calls,
        };
        if (price.PerImage is null)
        {
            if (CostCalculator.Tokens(model, shape) is not { } tokens)
                return null;
            var usage = tokens with { TextOutput = textOutput * calls };
            return new CostEstimate(price, usage, sent.Count, null);
        }
        return CostCalculator.ByTable(model, price, shape with { Images = 1 }) is { } each
            ? new CostEstimate(price, default, sent.Count, each)
            : null;
    }

    /// <summary>The most input tokens of the input images; 0 for a model priced per image.</summary>
    public static long InputTokens(ImageJob job, ImageParameters sent, Model model)
    {
        if (model.Tokens is not { } rule)
            return 0;
        var (tokens, high) = (0L, sent.InputFidelity == "high");
        foreach (var image in job.Images)
            tokens += rule.InputTokens(image.Header.Width, image.Header.Height, high);
        return tokens + (job.FileIds * rule.InputTokens(WidestFile, 1, high));
    }
}
