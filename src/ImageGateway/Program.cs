using ImageGateway.Admin;
using ImageGateway.Api;
using ImageGateway.Api.Files;
using ImageGateway.Api.Organization;
using ImageGateway.Api.PassThrough;
using ImageGateway.Api.Reading;
using ImageGateway.Commands;
using ImageGateway.Configuration;
using ImageGateway.Dashboard;
using ImageGateway.Hosting;
using ImageGateway.Telemetry;
using ImageGateway.Tenants;

return await CommandLine.RunAsync(args);

/// <summary>The gateway, whole and not yet started.</summary>
internal sealed partial class Program
{
    public static async Task<WebApplication> BuildAsync(string[] args, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        var file = GatewayFile.AddTo(builder);
        builder.AddGatewayLogging(isReported: exception => exception is ConfigurationException);
        builder.AddGatewayServer();
        await builder.AddGatewayAsync(file, time ?? TimeProvider.System);

        var app = builder.Build();
        Drain.Use(app);
        app.UseSecurityHeaders();
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<ErrorHandling>();
        app.UseAdminListener();
        app.UseWhen(http => IsDataPlane(http.Request.Path), plane => plane.RequireTenantKey());
        app.UseWhen(http => IsGovernance(http.Request.Path), plane => plane.RequireTenantOrAdminKey());
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/admin"), plane => plane.RequireAdminKey());
        app.UseRateLimiter();
        app.UseWhen(http => IsCompressed(http.Request.Path), plane => plane.UseResponseCompression());
        app.UseDashboard();
        app.UseMiddleware<PassThroughStage>();
        app.UseRouting();
        app.UseKnownQueries();
        app.Services.GetRequiredService<ImageEndpoints>().Map(app);
        app.Services.GetRequiredService<EstimateEndpoint>().Map(app);
        app.MapModels();
        app.MapQuota();
        app.MapOrganization();
        app.MapImageJobs();
        app.MapFiles();
        app.MapAdmin();
        app.MapHealth();
        app.MapMetrics();
        return app;
    }

    private static bool IsDataPlane(PathString path) => ApiPaths.IsDataPlane(path) && !IsGovernance(path) && !FileEndpoint.Is(path);

    // Not images, which are compressed already, nor streams of them.
    private static bool IsCompressed(PathString path) => path.StartsWithSegments("/dashboard") || path.StartsWithSegments("/admin/v1/export");

    private static bool IsGovernance(PathString path) => path.StartsWithSegments("/v1/organization/usage/images") || path.StartsWithSegments("/v1/organization/costs");
}
