using System.Text;
using ImageGateway.Hosting;

namespace ImageGateway.Tests.Configuration.Reference;

/// <summary>The options as tables, one for each object of the configuration.</summary>
internal static class ConfigurationReference
{
    public const string Begin = "<!-- generated from the options' comments: begin -->";
    public const string End = "<!-- generated: end -->";

    public static string Create()
    {
        var text = new StringBuilder();
        Write("Gateway", typeof(GatewayOptions), text, []);
        return text.ToString();
    }

    private static void Write(string path, Type type, StringBuilder text, HashSet<Type> written)
    {
        if (!written.Add(type))
            return;
        var below = new List<(string Path, Type Type)>();
        text.Append("\n### ").Append(path).Append("\n\n| option | value | default | |\n|---|---|---|---|\n");
        foreach (var property in OptionTypes.Of(type))
        {
            text.Append("| `").Append(property.Name).Append("` | ").Append(Kind(property.PropertyType)).Append(" | ").Append(Shown(OptionTypes.Default(type, property)));
            text.Append(" | ").Append(OptionComments.Of(type, property.Name).Replace("|", "\\|", StringComparison.Ordinal)).Append(" |\n");
            var item = OptionTypes.Item(property.PropertyType, out var isList);
            if (OptionTypes.IsObject(item ?? property.PropertyType))
                below.Add(($"{path}:{property.Name}{(item is null ? "" : isList ? ":N" : ":NAME")}", item ?? property.PropertyType));
        }
        foreach (var (at, owner) in below)
            Write(at, owner, text, written);
    }

    private static string Shown(object? value) => value is null ? "" : $"`{(value is bool flag ? (flag ? "true" : "false") : value)}`";

    private static string Kind(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (OptionTypes.Item(type, out var isList) is { } item)
            return isList ? $"list of {Kind(item)}" : $"{Kind(item)} by name";
        return type.IsEnum ? string.Join(", ", Enum.GetValues(type).Cast<object>().Select(value => $"`{OptionTypes.Word(value)}`"))
            : OptionTypes.IsObject(type) ? (OptionTypes.MayBeText(type) ? "text or object" : "object")
            : type == typeof(TimeSpan) ? "time span" : type == typeof(string) ? "text" : type == typeof(bool) ? "true or false" : "number";
    }
}
