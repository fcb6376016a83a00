using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Tests.Ledger.Queries;

public sealed class SegmentTests
{
    private const long Never = 1L << 60;

    [Fact]
    public void Segments_cover_the_period_once_and_sums_are_never_cut() => Properties.Hold(500, random =>
    {
        var from = random.NextInt64(10 * UsageSum.Day);
        var to = from + 1 + random.NextInt64(random.Next(2) == 0 ? UsageSum.Hour : 5 * UsageSum.Day);
        var coarsest = (SumSource)random.Next(4);

        var segments = Segments.Of(from, to, coarsest, Never).OrderBy(segment => segment.From).ToList();

        Assert.Equal((from, to), (segments[0].From, segments[^1].To));
        Assert.All(segments.Zip(segments.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.All(segments, segment =>
        {
            var width = segment.Source switch { SumSource.Entries => 1, SumSource.Hours => UsageSum.Hour, _ => UsageSum.Day };
            Assert.True(segment.Source <= coarsest && segment.From % width == 0 && segment.To % width == 0 && segment.From < segment.To);
        });
    });

    [Fact]
    public void Whole_days_need_one_segment() =>
        Assert.Equal([new Segment(SumSource.Totals, 0, 90 * UsageSum.Day)], Segments.Of(0, 90 * UsageSum.Day, SumSource.Totals, Never));

    [Theory]
    [InlineData("tenant", true)]
    [InlineData("tag:cost-center", true)]
    [InlineData("tag:", false)]
    [InlineData("tag:a b", false)]
    [InlineData("tag:a\"b", false)]
    [InlineData("tag:a'b", false)]
    [InlineData("end_user", false)]
    [InlineData("", false)]
    public void Dimension_is_known_by_its_name(string name, bool isKnown) => Assert.Equal(isKnown, Dimension.Find(name) is not null);
}
