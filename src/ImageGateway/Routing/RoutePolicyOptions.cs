using System.ComponentModel;
using System.Globalization;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>A policy rule (<c>Gateway:Routes:N</c>): which jobs go to which targets. The first route that matches is taken.</summary>
[NotYetInForce("Strategy", "Fallback", "Defaults", "Ceilings", "OnCeiling", "MaxAttempts", "MaxWait", "OnRefusal", "OnTimeout", "Partial", "Regions", "Substitute", "Cache")]
internal sealed class RoutePolicyOptions
{
    /// <summary>The route's name, in estimates and the ledger.</summary>
    public string Name { get; set; } = "";

    /// <summary>Which jobs it takes; absent: all.</summary>
    public WhenOptions When { get; set; } = new();

    /// <summary>Its targets, best first; absent: every target that serves the asked model.</summary>
    public List<RouteTargetOptions> Targets { get; set; } = [];
}

/// <summary>What a job must be for a route to take it; what is absent does not matter.</summary>
internal sealed class WhenOptions
{
    /// <summary><c>draft</c> or <c>final</c>.</summary>
    public Tier? Tier { get; set; }

    /// <summary>Name or glob of the asked model.</summary>
    public string? Model { get; set; }
}

/// <summary>A target of a route; a bare string is its name.</summary>
[TypeConverter(typeof(FromName))]
[NotYetInForce("Weight")]
internal sealed class RouteTargetOptions
{
    /// <summary><c>provider/model-or-deployment</c>.</summary>
    public string Target { get; set; } = "";

    private sealed class FromName : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new RouteTargetOptions { Target = (string)value };
    }
}
