using ImageGateway.Routing.Load;

namespace ImageGateway.Tests.Routing.Load;

public sealed class SlidingWindowTests
{
    private readonly SlidingWindow _window = new();
    private readonly ManualTime _time = new();

    [Fact]
    public void Room_comes_back_60_seconds_after_it_was_taken()
    {
        _window.Take(_time.Now, 4);
        _time.Advance(TimeSpan.FromSeconds(20));
        _window.Take(_time.Now, 2);
        Assert.Equal(TimeSpan.FromSeconds(40), _window.Wait(_time.Now, 1, 6));
        Assert.Equal(TimeSpan.FromSeconds(60), _window.Wait(_time.Now, 5, 6));
        _time.Advance(TimeSpan.FromSeconds(40) - TimeSpan.FromTicks(1));
        Assert.Equal(6, _window.Used(_time.Now));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(2, _window.Used(_time.Now));
        Assert.Equal(TimeSpan.Zero, _window.Wait(_time.Now, 4, 6));
    }

    [Fact]
    public void More_than_the_limit_fits_no_window() => Assert.Equal(TimeSpan.FromSeconds(60), _window.Wait(_time.Now, 7, 6));

    [Fact]
    public void No_limit_is_no_wait()
    {
        _window.Take(_time.Now, 1000);
        Assert.Equal(TimeSpan.Zero, _window.Wait(_time.Now, 1000, null));
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(0, 6)]
    [InlineData(-1, 6)]
    [InlineData(5, 1)]
    [InlineData(100, 1)]
    public void Provider_corrects_downwards_alone(int left, int used)
    {
        _window.Take(_time.Now, 1);
        _window.Correct(_time.Now, left, 6);
        Assert.Equal(used, _window.Used(_time.Now));
    }

    [Fact]
    public void Room_that_is_given_back_is_free_at_once_and_the_rest_keeps_its_time()
    {
        var first = _time.Now;
        _window.Take(first, 3);
        _time.Advance(TimeSpan.FromSeconds(20));
        _window.Take(_time.Now, 2);
        _window.GiveBack(first, 2);
        Assert.Equal(3, _window.Used(_time.Now));
        Assert.Equal(TimeSpan.FromSeconds(40), _window.Wait(_time.Now, 1, 3));
        _window.GiveBack(_time.Now, 2);
        Assert.Equal(1, _window.Used(_time.Now));
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(0, _window.Used(_time.Now));
        _window.GiveBack(first, 1);
        Assert.Equal(0, _window.Used(_time.Now));
    }

    // Never more than the limit in any 60 s, whatever is asked when.
    [Fact]
    public void Limit_holds_in_every_window() => Properties.Hold(200, random =>
    {
        var (window, time, limit) = (new SlidingWindow(), new ManualTime(), random.Next(1, 10));
        var taken = new List<DateTimeOffset>();
        for (var i = 0; i < 200; i++)
        {
            if (window.Wait(time.Now, 1, limit) is var wait && wait > TimeSpan.Zero && random.Chance(50))
            {
                time.Advance(wait);
                Assert.Equal(TimeSpan.Zero, window.Wait(time.Now, 1, limit));
            }
            else if (wait == TimeSpan.Zero)
            {
                window.Take(time.Now, 1);
                taken.Add(time.Now);
            }
            time.Advance(TimeSpan.FromMilliseconds(random.Next(5000)));
        }
        Assert.All(taken, at => Assert.InRange(taken.Count(other => other > at - SlidingWindow.Length && other <= at), 1, limit));
    });
}
