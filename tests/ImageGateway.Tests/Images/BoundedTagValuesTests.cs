using ImageGateway.Images;

namespace ImageGateway.Tests.Images;

public sealed class BoundedTagValuesTests
{
    [Fact]
    public void First_words_are_themselves_and_later_ones_are_other()
    {
        var words = new BoundedTagValues(2);

        Assert.Equal(["a", "b", BoundedTagValues.Other, "a", BoundedTagValues.Other], ((string[])["a", "b", "c", "a", "c"]).Select(words.Of));
    }

    [Fact]
    public void Many_at_once_are_bounded_too()
    {
        var words = new BoundedTagValues(10);

        var given = Enumerable.Range(0, 1000).AsParallel().Select(i => words.Of($"{i}")).ToHashSet();

        Assert.InRange(given.Count, 2, 11);
        Assert.Contains(BoundedTagValues.Other, given);
    }
}
