using ImageGateway.Admin.Outcomes;
using ImageGateway.Admin.Reconciling;
using ImageGateway.Admin.Spending;
using ImageGateway.Api.Reading;

namespace ImageGateway.Admin;

/// <summary>The control plane: everything below <c>/admin/v1</c>.</summary>
internal static class AdminEndpoints
{
    /// <summary>The methods of a change: members that the body leaves out stay as they are.</summary>
    public static readonly string[] PatchOrPut = [HttpMethods.Patch, HttpMethods.Put];

    /// <summary>Maps the control plane, and its description at <c>/openapi/v1.json</c>.</summary>
    public static void MapAdmin(this IEndpointRouteBuilder app)
    {
        // Those that read a query declare its parameters themselves.
        var admin = app.MapGroup("").WithMetadata(KnownQuery.None);
        admin.MapTenants();
        admin.MapProjects();
        admin.MapKeys();
        admin.MapLimits();
        admin.MapLimitStandings();
        admin.MapLedger();
        admin.MapOutcomes();
        admin.MapSpend();
        admin.MapExport();
        admin.MapReconciliation();
        admin.MapAudit();
        admin.MapTargets();
        admin.MapPrices();
        app.MapOpenApi();
    }
}
