using ImageGateway.Api;
using ImageGateway.Quotas;

namespace ImageGateway.Tests.Api;

/// <summary>How a limit stands, as its users read it.</summary>
public sealed class LimitAnswerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(500L, 1L, "enforce 500 498, warn 1 0")]
    [InlineData(500L, null, "enforce 500 498")]
    [InlineData(null, 1L, "warn 1 0")]
    public void Limit_that_is_enforced_and_one_that_warns_are_both_told(long? enforced, long? warned, string told)
    {
        var use = new CounterUse("tenant:acme", new Limit(LimitKind.ByWord["output_tokens_per_month"], enforced, warned), 0, Now);
        Assert.Equal(told, string.Join(", ", LimitAnswer.Of(use, new CounterState(1, 1), Now).Select(limit => $"{limit.Mode} {limit.Max} {limit.Remaining}")));
    }
}
