using System.ComponentModel;
using System.Reflection;

namespace ImageGateway.Configuration;

/// <summary>
/// Holds a configuration against the options' types before it is bound: an option that does not exist, or a value that
/// does not fit, is a mistake with its key path. The binder would drop the one and stop at the first of the other.
/// </summary>
internal static class OptionsCheck
{
    /// <summary>Checks everything below <paramref name="section"/>; options of the contract that do nothing yet go to <paramref name="warnings"/>.</summary>
    public static void Run(IConfigurationSection section, Type type, Mistakes mistakes, ICollection<string> warnings)
    {
        foreach (var child in section.GetChildren())
            Member(child, type, mistakes, warnings);
    }

    private static void Member(IConfigurationSection child, Type owner, Mistakes mistakes, ICollection<string> warnings)
    {
        var property = owner.GetProperty(child.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
        if (property is not null)
            Value(child, property.PropertyType, mistakes.At(child.Key), warnings);
        else if (owner.GetCustomAttribute<NotYetInForceAttribute>()?.Options.Contains(child.Key, StringComparer.OrdinalIgnoreCase) == true)
            warnings.Add($"{child.Path} is accepted, but not in force in this version");
        else
            mistakes.Add(child.Key, $"there is no such option here; there are {string.Join(", ", Names(owner))}");
    }

    private static void Value(IConfigurationSection section, Type type, Mistakes here, ICollection<string> warnings)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var hasChildren = section.GetChildren().Any();
        if (!hasChildren)
            Scalar(section, type, here);
        else if (ItemType(type) is { } item)
            foreach (var child in section.GetChildren())
                Value(child, item, here.At(child.Key), warnings);
        else if (type.IsClass && type != typeof(string))
            Run(section, type, here, warnings);
        else
            here.AddHere("must be a single value");
    }

    private static void Scalar(IConfigurationSection section, Type type, Mistakes here)
    {
        // Absent, null, [] and {} bind to nothing.
        if (string.IsNullOrEmpty(section.Value))
            return;
        var converter = TypeDescriptor.GetConverter(type);
        if (!converter.CanConvertFrom(typeof(string)))
            here.AddHere(ItemType(type) is null ? "must be an object" : "must be a list or an object");
        else if (!Converts(converter, section.Value))
            here.AddHere($"'{section.Value}' is not {Expected(type)}");
    }

    private static bool Converts(TypeConverter converter, string value)
    {
        try
        {
            return converter.ConvertFromInvariantString(value) is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Expected(Type type) =>
        type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
        : type == typeof(TimeSpan) ? "a time span, as in 00:05:00"
        : type == typeof(bool) ? "true or false"
        : "a number";

    private static Type? ItemType(Type type) =>
        !type.IsGenericType ? null
        : type.GetGenericTypeDefinition() == typeof(List<>) ? type.GetGenericArguments()[0]
        : type.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? type.GetGenericArguments()[1]
        : null;

    private static IEnumerable<string> Names(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)
            .Concat(type.GetCustomAttribute<NotYetInForceAttribute>()?.Options ?? []).Order();
}
