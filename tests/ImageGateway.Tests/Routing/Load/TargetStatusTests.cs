using ImageGateway.Providers;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;

namespace ImageGateway.Tests.Routing.Load;

public sealed class TargetStatusTests
{
    private static readonly Target Target = Plans.Named("azure/img-std") with { RequestsPerMinute = 2, ImagesPerMinute = 5, Concurrent = 2 };

    private readonly ManualTime _time = new();
    private readonly TargetStatus _status;

    public TargetStatusTests() => _status = new TargetStatus(_time);

    [Fact]
    public void Each_budget_holds()
    {
        Assert.True(_status.TryTake(Target, 1, 4, out _));
        _status.Release(Target, 1, default);
        Assert.False(_status.TryTake(Target, 1, 2, out _));
        Assert.True(_status.TryTake(Target, 1, 1, out _));
        _status.Release(Target, 1, default);
        Assert.Equal(TimeSpan.FromSeconds(60), _status.Load(Target, 1, 1).Wait);
        Assert.False(_status.TryTake(Target, 1, 1, out _));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(_status.TryTake(Target, 1, 1, out _));
    }

    [Fact]
    public void Calls_in_flight_are_bounded()
    {
        var target = Plans.Named("azure/img-std") with { Concurrent = 1 };
        Assert.True(_status.TryTake(target, 1, 1, out _));
        Assert.False(_status.TryTake(target, 1, 1, out _));
        Assert.False(_status.Load(target, 1, 1).IsReady);
        _status.Release(Target, 1, default);
        Assert.True(_status.TryTake(target, 1, 1, out _));
    }

    // A fan-out of more calls than fit makes them one after the other.
    [Fact]
    public void Larger_job_than_the_bound_may_have_it_alone()
    {
        var target = Target with { RequestsPerMinute = null };
        Assert.True(_status.TryTake(target, 3, 3, out _));
        Assert.False(_status.TryTake(target, 1, 1, out _));
    }

    [Fact]
    public void Rest_ends_at_its_time_and_is_never_shortened()
    {
        _status.Rest(TimeSpan.FromSeconds(20));
        _status.Rest(TimeSpan.FromSeconds(5));
        Assert.Equal((TargetState.Resting, TimeSpan.FromSeconds(20)), _status.Load(Target, 1, 1) is var load ? (load.State, load.Wait) : default);
        Assert.False(_status.TryTake(Target, 1, 1, out _));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TargetState.Healthy, _status.Load(Target, 1, 1).State);
        Assert.True(_status.TryTake(Target, 1, 1, out _));
    }

    [Fact]
    public void Operator_takes_it_out_and_in()
    {
        _status.Rest(TimeSpan.FromMinutes(5));
        _status.Drain();
        Assert.Equal(TargetState.Drained, _status.Load(Target, 1, 1).State);
        Assert.False(_status.TryTake(Target, 1, 1, out _));
        _status.Enable();
        Assert.True(_status.TryTake(Target, 1, 1, out _));
    }

    [Theory]
    [InlineData(0, null, 0)]
    [InlineData(null, 0, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(0, 4, 0)]
    public void Provider_that_says_what_is_left_is_believed(int? calls, int? images, int requestsLeft)
    {
        Assert.True(_status.TryTake(Target, 1, 1, out _));
        _status.Correct(Target, calls, images);
        Assert.Equal(requestsLeft, _status.Figures(Target).RequestsLeft);
        Assert.False(_status.TryTake(Target, 1, 1, out _));
    }

    [Fact]
    public void What_the_provider_does_not_say_stays()
    {
        Assert.True(_status.TryTake(Target, 1, 1, out _));
        _status.Correct(Target, null, null);
        _status.Correct(Target with { RequestsPerMinute = null, ImagesPerMinute = null }, 0, 0);
        Assert.True(_status.TryTake(Target, 1, 4, out _));
    }

    [Fact]
    public void Median_and_error_share_come_from_outcomes()
    {
        foreach (var milliseconds in (int[])[100, 300, 200])
            _status.Record(Target, null, TimeSpan.FromMilliseconds(milliseconds), default);
        _status.Record(Target, FailureKind.Broken, TimeSpan.FromSeconds(100), default);
        Assert.Equal((200, 0.25), (_status.Load(Target, 1, 1).MedianMilliseconds, _status.Figures(Target).ErrorShare));
    }

    // A target that says no at once is not the fastest.
    [Theory]
    [InlineData(nameof(FailureKind.Request))]
    [InlineData(nameof(FailureKind.Refusal))]
    public void Median_is_of_answers(string failure)
    {
        _status.Record(Target, Enum.Parse<FailureKind>(failure), TimeSpan.FromMilliseconds(5), default);
        Assert.Equal((0, 0), (_status.Load(Target, 1, 1).MedianMilliseconds, _status.Figures(Target).ErrorShare));
        _status.Record(Target, null, TimeSpan.FromMilliseconds(200), default);
        Assert.Equal(200, _status.Load(Target, 1, 1).MedianMilliseconds);
    }

    // Each reload reads the options anew.
    [Fact]
    public void Circuit_outlives_a_reload_that_does_not_change_it()
    {
        var circuit = _status.Circuit(Target);
        Assert.Same(circuit, _status.Circuit(Target with { Circuit = new CircuitOptions() }));
        Assert.NotSame(circuit, _status.Circuit(Target with { Circuit = new CircuitOptions { MinimumThroughput = 3 } }));
    }
}
