using ImageGateway.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

public sealed class LifecycleCheckTests
{
    private readonly ManualTime _time = new();
    private readonly LineCount _log = new();

    [Fact]
    public async Task Ending_models_are_told_once_a_day_however_often_readiness_is_asked()
    {
        var ending = Targets[0] with { Shutdown = DateOnly.FromDateTime(_time.Now.UtcDateTime) };
        var table = TableOf([ending], Route("all"));
        var check = new LifecycleCheck(() => table, _time, _log);
        for (var i = 0; i < 3; i++)
            Assert.Equal(HealthStatus.Degraded, (await check.CheckHealthAsync(new HealthCheckContext())).Status);
        Assert.Equal(1, _log.Lines);
        table = TableOf([ending, Targets[1] with { Shutdown = ending.Shutdown }], Route("all"));
        await check.CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(3, _log.Lines);
        _time.Advance(TimeSpan.FromDays(1));
        await check.CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(5, _log.Lines);
    }

    private sealed class LineCount : ILogger<LifecycleCheck>
    {
        public int Lines { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines++;
    }
}
