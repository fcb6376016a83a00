using System.Text;
using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>The cost of one call: the worst case before it, and the settled cost from its response. Pure.</summary>
internal static class AttemptCost
{
    /// <summary>The worst-case cost of a call for <paramref name="count"/> images at list price; null when the model has no price.</summary>
    public static CostEstimate? Worst(ImageJob job, PlannedTarget planned, int count, DateOnly today) =>
        planned.Calls == 1 ? planned.Worst
        : planned.Target.Model.PriceOn(today) is { } price ? JobCost.Worst(job, planned.Dialect.Sent with { N = count }, planned.Target.Model, price, 1)
        : null;

    /// <summary>
    /// The cost of a response: by the provider's own token count; without one by the price table, at the resolved size and
    /// quality; or the worst case, when the response broke off before stating either.
    /// </summary>
    /// <param name="attempt">The call.</param>
    /// <param name="model">Its model.</param>
    /// <param name="price">The model's price; null: it has none, and the call is not charged.</param>
    /// <param name="job">The job.</param>
    /// <param name="facts">What the tap read.</param>
    /// <param name="isWhole">False when the answer broke off.</param>
    public static (NanoUsd List, ChargeBasis Basis) Settle(AttemptRecord attempt, Model model, Price? price, ImageJob job, AnswerFacts facts, bool isWhole)
    {
        if (price is null)
            return (NanoUsd.Zero, ChargeBasis.None);
        // Events report usage image by image: for a stream that broke off, the usage of the remaining images is unknown.
        if (Believed(price, facts) is { } usage && (isWhole || !attempt.Sent.Stream || facts.Images >= attempt.Sent.Count))
            return (CostCalculator.Charge(price, usage), ChargeBasis.Usage);
        var quality = facts.Quality ?? attempt.Sent.Quality ?? model.DefaultQuality;
        var size = ImageSize.TryParse(facts.Size ?? attempt.Sent.Size, out var pixels) ? pixels : model.Sizes.Auto ? (ImageSize?)null : JobCost.UsualSize; // the model's choice is unknown
        var shape = new JobShape(quality, size, facts.Images, Encoding.UTF8.GetByteCount(job.Prompt))
        {
            PartialImages = facts.Images == 0 ? 0 : (facts.PartialImages + facts.Images - 1) / facts.Images, // fewer may come than were requested
            ImageInputTokens = JobCost.InputTokens(job, attempt.Sent, model),
        };
        return isWhole && facts.Images > 0 && CostCalculator.ByTable(model, price, shape) is { } cost ? (cost, ChargeBasis.Table) : (attempt.Worst, ChargeBasis.Estimate);
    }

    // A model priced per image has no token price, and no image takes zero tokens.
    private static TokenUsage? Believed(Price price, AnswerFacts facts) =>
        facts.Usage is { } usage && price.PerImage is null && (facts.Images == 0 || usage.ImageOutput + usage.TextOutput > 0) ? usage : null;

    /// <summary>
    /// The facts with input tokens as they are charged. Some providers do not separate image tokens from text tokens in the
    /// input: text tokens beyond the prompt's bytes must be the images'.
    /// </summary>
    public static AnswerFacts Explained(AnswerFacts facts, ImageJob job)
    {
        if (facts.Usage is not { ImageInput: 0, CachedTextInput: 0 } usage || job.Images.Count + job.FileIds == 0)
            return facts;
        var more = usage.TextInput - Encoding.UTF8.GetByteCount(job.Prompt);
        return more > 0 ? facts with { Usage = usage with { TextInput = usage.TextInput - more, ImageInput = more } } : facts;
    }
}
