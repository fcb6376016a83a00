using ImageGateway.Routing;

namespace ImageGateway.Tests.Routing;

public sealed class WeightedTurnsTests
{
    [Theory]
    [InlineData(3, 1, 750)]
    [InlineData(3000, 1000, 750)]
    [InlineData(1_000_000, 999_999, 500)]
    [InlineData(1_000_000, 1, 999)]
    public void Share_is_the_weights_ratio_however_large_they_are(int first, int second, int of1000)
    {
        var turns = new WeightedTurns([first, second]);
        var firsts = 0;
        Span<int> order = stackalloc int[2];
        for (var ticket = 0; ticket < 1000; ticket++)
        {
            (order[0], order[1]) = (0, 1);
            turns.Sort(order, ticket);
            firsts += order[0] == 0 ? 1 : 0;
        }
        Assert.Equal(of1000, firsts);
    }

    [Fact]
    public void Own_weight_of_a_target_is_its_requests_a_minute() =>
        Assert.Equal([3000, 1], new[] { Plans.Targets[0] with { RequestsPerMinute = 3000 }, Plans.Targets[0] }.Select(target => target.OwnWeight));
}
