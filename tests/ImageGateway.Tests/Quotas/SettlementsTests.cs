using ImageGateway.Quotas;
using Microsoft.Extensions.Logging;

namespace ImageGateway.Tests.Quotas;

/// <summary>Settlements go on by themselves, and are waited for by who would meet what they hold.</summary>
public sealed class SettlementsTests
{
    private readonly LevelLog _log = new();
    private readonly TaskCompletionSource _written = new();
    private readonly Settlements _settlements;
    private int _hurried;

    public SettlementsTests() => _settlements = new Settlements(Hurry, _log);

    [Fact]
    public async Task Tenant_without_settlements_waits_for_nothing()
    {
        _settlements.Begin("other", () => _written.Task);
        await _settlements.CompleteAsync(_settlements.Of("acme"));
        Assert.Equal((0, 1), (_hurried, _settlements.Count));
    }

    [Fact]
    public async Task All_that_began_before_are_hurried_and_waited_for()
    {
        var first = new TaskCompletionSource();
        _settlements.Begin("acme", () => first.Task);
        _settlements.Begin("acme", () => _written.Task);
        Assert.Equal(2, _settlements.Count);
        var complete = _settlements.CompleteAsync(_settlements.Of("acme")).AsTask();
        Assert.Equal((1, 1), (_settlements.Count, _hurried));
        Assert.False(complete.IsCompleted);
        first.SetResult();
        await complete;
        Assert.Equal(0, _settlements.Count);
        Assert.True(_settlements.Of("acme").IsCompleted);
    }

    [Fact]
    public async Task One_that_never_ends_holds_nobody_up_for_long()
    {
        _settlements.Begin("acme", () => new TaskCompletionSource().Task);
        await _settlements.CompleteAsync(_settlements.Of("acme")).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, _settlements.Count);
    }

    [Fact]
    public void Failure_is_logged_and_ends_it()
    {
        _settlements.Begin("acme", () => Task.FromException(new InvalidOperationException("no")));
        Assert.True(_settlements.Of("acme").IsCompleted);
        Assert.Equal(0, _settlements.Count);
        Assert.Equal([LogLevel.Error], _log.Levels);
    }

    private void Hurry()
    {
        _hurried++;
        _written.TrySetResult();
    }

    private sealed class LevelLog : ILogger<Settlements>
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Levels.Add(logLevel);
    }
}
