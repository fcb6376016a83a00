using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Streaming;
using ImageGateway.Tests.Catalog;

namespace ImageGateway.Tests.Routing;

/// <summary>What an answer costs: whose count is believed, and what takes its place.</summary>
public sealed class AttemptCostTests
{
    // A picture of 1024x1024 at low quality has 272 tokens, 40 USD a million; the prompt has 5 bytes, 5 USD a million.
    [Theory]
    [InlineData(2, 272, 1, ChargeBasis.Usage, (2 * 5_000) + (272 * 40_000))]
    [InlineData(2, 0, 1, ChargeBasis.Table, (5 * 5_000) + (272 * 40_000))]
    [InlineData(2, 0, 0, ChargeBasis.Usage, 2 * 5_000)]
    [InlineData(null, 0, 0, ChargeBasis.Estimate, 1)]
    public void Picture_made_of_no_tokens_is_charged_by_the_table_and_an_answer_without_any_at_its_worst_case(int? input, int output, int images, object basis, long nanoUsd) =>
        Assert.Equal((new NanoUsd(nanoUsd), (ChargeBasis)basis), Settle("gpt-image-1", "low", new AnswerFacts { Usage = input is { } text ? new TokenUsage(text, 0, 0, 0, output, 0) : null, Images = images }));

    // Some providers count tokens of what they sell by the picture.
    [Fact]
    public void Model_priced_by_the_picture_is_charged_by_the_picture_whatever_tokens_it_counts() =>
        Assert.Equal((new NanoUsd(40_000_000), ChargeBasis.Table), Settle("dall-e-3", "standard", new AnswerFacts { Usage = new TokenUsage(0, 0, 0, 0, 16_384, 0), Images = 1 }));

    // 272 tokens for a square at low quality, 408 for the dearest of the sizes it may choose.
    [Theory]
    [InlineData("gpt-image-1", "low", null, (5 * 5_000) + (408 * 40_000))]
    [InlineData("gpt-image-1", "low", "auto", (5 * 5_000) + (408 * 40_000))]
    [InlineData("dall-e-3", "standard", null, 40_000_000)]
    public void Size_that_the_model_chose_and_did_not_tell_is_the_dearest(string name, string quality, string? size, long nanoUsd) =>
        Assert.Equal((new NanoUsd(nanoUsd), ChargeBasis.Table), Settle(name, quality, new AnswerFacts { Images = 1 }, size));

    // 10 USD a million for input pictures, 5 for text: a provider that does not tell them apart has counted the picture too.
    [Theory]
    [InlineData(0, (900 * 5_000) + (272 * 40_000))]
    [InlineData(1, (5 * 5_000) + (895 * 10_000) + (272 * 40_000))]
    public void Input_tokens_that_nothing_explains_are_those_of_the_pictures(int fileIds, long nanoUsd) =>
        Assert.Equal((new NanoUsd(nanoUsd), ChargeBasis.Usage), Settle("gpt-image-1", "low", new AnswerFacts { Usage = new TokenUsage(900, 0, 0, 0, 272, 0), Images = 1 }, fileIds: fileIds));

    // 100 tokens each.
    [Fact]
    public void Partial_pictures_that_came_are_charged() =>
        Assert.Equal((new NanoUsd((5 * 5_000) + ((272 + 100) * 40_000)), ChargeBasis.Table), Settle("gpt-image-1", "low", new AnswerFacts { Images = 1, PartialImages = 1 }, stream: true));

    private static (NanoUsd List, ChargeBasis Basis) Settle(string name, string quality, AnswerFacts facts, string? size = "1024x1024", int fileIds = 0, bool stream = false)
    {
        var model = ShippedCatalogue.Model(name);
        var sent = new ImageParameters { Quality = quality, Size = size, Stream = stream, PartialImages = stream ? 3 : null };
        var job = new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = sent, Body = null!, FileIds = fileIds };
        return AttemptCost.Settle(new AttemptRecord(1, "a/b", name, sent, new NanoUsd(1), 0, 1, new ManualTime()), model, ShippedCatalogue.Price(name), job, AttemptCost.Explained(facts, job), isWhole: true);
    }
}
